import type { z } from 'zod'
import { OpsError } from './errors.js'

/**
 * Parses `input` with `schema`. Throws an OpsError with status 400 that names the first thing that was wrong, its
 * value, and what is accepted: the field's `describe` text. `noun` is what a key of the input is called, such as
 * `parameter`.
 */
export function parse<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  input: unknown,
  noun: string,
): z.output<z.ZodObject<Shape>> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const { issues } = result.error
  // A key that nobody knows is often the one that is missing, with a slip of the pen.
  const worst = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  throw new OpsError('OPS_INVALID', 400, toSentence(worst, schema, input, noun))
}

function toSentence(
  issue: z.core.$ZodIssue,
  schema: z.ZodObject<z.ZodRawShape>,
  input: unknown,
  noun: string,
): string {
  if (issue.code === 'unrecognized_keys') {
    const keys = Object.keys(schema.shape)
    const accepted = keys.length === 0 ? `no ${noun}s are accepted` : `accepted are ${keys.join(', ')}`
    return `Unknown ${noun} ${quote(issue.keys[0])}; ${accepted}.`
  }
  const name = String(issue.path[0] ?? '')
  const value = (input as Record<string, unknown>)[name]
  const accepted = (schema.shape[name] as z.ZodType | undefined)?.description ?? issue.message
  return value === undefined
    ? `The ${noun} ${name} is missing; it takes ${accepted}.`
    : `The ${noun} ${name} does not accept ${quote(value)}; it takes ${accepted}.`
}

/** `value` for a sentence: short, and on one line. */
export function quote(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : toJson(value)
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Nested so deeply that the stack does not suffice, or not to be written as JSON at all.
    return Array.isArray(value) ? '[…]' : '{…}'
  }
}

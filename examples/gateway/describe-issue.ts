import type { z } from 'zod'

const LONGEST_VALUE = 60

/** A value as it may stand in a message: JSON, one line, at most 60 characters, no password of a URL. */
export function quoteValue(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  const withoutPassword = json.replace(/\/\/[^/@\s]*@/g, '//…@')
  return withoutPassword.length > LONGEST_VALUE
    ? `${withoutPassword.slice(0, LONGEST_VALUE - 1)}…`
    : withoutPassword
}

/**
 * Says in one line what was wrong with `input`, which value, and what is accepted. The schema's own messages say
 * only what is accepted, so that one sentence fits the API and the configuration alike.
 */
export function describeIssue(error: z.ZodError, input: unknown, fields: readonly string[]): string {
  const issue = error.issues[0]
  if (!issue) return 'the input was not accepted'
  if (issue.code === 'unrecognized_keys') {
    return `unknown field ${quoteValue(issue.keys[0])}; accepted: ${fields.join(', ')}`
  }
  const name = issue.path.join('.')
  if (name === '') {
    const body = input === undefined || input === null ? 'missing' : quoteValue(input)
    return `the body is ${body}; accepted: ${issue.message}`
  }
  const value = isRecord(input) ? input[name] : undefined
  return value === undefined
    ? `${name} is missing; accepted: ${issue.message}`
    : `${name} is ${quoteValue(value)}; accepted: ${issue.message}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

import { z } from 'zod'
import { toErrorText, toName, toPlainFields, toText } from '../../bus/plain.js'
import { CHANNEL_STATES, LEVELS, type Fields } from '../../bus/protocol.js'
import { isTime, toMilliseconds } from './time.js'

/*
 * The fields that messages are made of, read as what a recorder call would keep: names and texts are cut, `fields` is
 * copied within its bounds. Each description completes the sentence "it takes …". A field that is null is absent: so do
 * many languages write what they do not know.
 */

/** Milliseconds, about 30 years; whatever is longer is no duration. */
const LONGEST = 1e12
/** Characters; a longer one would cost memory for as long as it is remembered. */
const LONGEST_ID = 128

/** Characters of a name, as in a recorder call. */
const NAME_LIMIT = 256

const orUndefined = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined

export const requiredName = z
  .string()
  .min(1)
  .transform((name) => toText(name, NAME_LIMIT))
  .describe('a text of at least one character')
/** An empty one is absent: so does a shell write a variable that is not set. */
export const name = z
  .string()
  .nullish()
  .transform((name) => (name === '' ? undefined : toName(name)))
  .describe('a text')
export const requiredText = z
  .string()
  .transform((text) => toText(text))
  .describe('a text')
export const errorText = z
  .string()
  .nullish()
  .transform((text) => (text == null ? undefined : toErrorText(text)))
  .describe('a text')
export const flag = z.boolean().nullish().transform(orUndefined).describe('true or false')
export const count = z
  .number()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .nullish()
  .transform(orUndefined)
  .describe('a number from 0')
export const duration = z
  .number()
  .min(0)
  .max(LONGEST)
  .nullish()
  .transform(orUndefined)
  .describe('milliseconds, a number from 0')
export const time = z
  .custom<number | string>(isTime)
  .nullish()
  .transform(toMilliseconds)
  .describe(
    'epoch milliseconds such as 1767225600000, or a time with its zone such as "2026-01-01T00:00:00.000Z"',
  )
export const fields = z
  .custom<Fields>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .nullish()
  .transform((value) => (value == null ? undefined : toPlainFields(value)))
  .describe('an object')
export const level = z
  .enum(LEVELS)
  .nullish()
  .transform((level) => level ?? 'info')
  .describe(`one of ${LEVELS.join(', ')}`)
export const activity = z
  .enum(['queued', 'working'])
  .nullish()
  .transform(orUndefined)
  .describe('queued or working')
export const step = z
  .strictObject({
    kind: requiredName,
    name: z.string().transform((name) => toText(name, NAME_LIMIT)),
    // Of a record that was read elsewhere; when it is told counts.
    since: z.unknown().optional(),
  })
  .transform(({ kind, name }) => ({ kind, name }))
  .nullish()
  .describe('an object such as {"kind":"tool","name":"search"}, or null, which ends the step')
export const endState = z
  .enum(['ok', 'error', 'cancelled'])
  .nullish()
  .transform(orUndefined)
  .describe('one of ok, error, cancelled')
export const httpStatus = z
  .int()
  .min(100)
  .max(599)
  .nullish()
  .transform(orUndefined)
  .describe('a whole number from 100 to 599')
export const channelState = z.enum(CHANNEL_STATES).describe(`one of ${CHANNEL_STATES.join(', ')}`)
export const gaugeValue = z.number().describe('a number')
export const messageId = z
  .string()
  .min(1)
  .max(LONGEST_ID)
  .nullish()
  .transform(orUndefined)
  .describe(`a text of 1 to ${LONGEST_ID} characters`)

export const tokenCounts = {
  inputTokens: count,
  outputTokens: count,
  cachedTokens: count,
  reasoningTokens: count,
  estimated: flag,
}

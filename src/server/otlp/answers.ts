import type { Rejections } from './decode-envelope.js'
import type { MediaType, Signal } from './intake.js'

/*
 * Answers have the form of the request. The messages are small enough to be written here: a partial success is
 * {1: {1: count, 2: text}}, a status {1: code, 2: text}.
 */

const REJECTED: Record<Signal, string> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
}

/** Codes of google.rpc.Status. */
const CODES: Readonly<Record<number, number>> = {
  400: 3,
  404: 5,
  405: 12,
  408: 4,
  413: 8,
  415: 3,
  429: 8,
  503: 14,
}
const INTERNAL = 13

/** The body of a 200: empty, unless something was rejected. */
export function toSuccess(signal: Signal, type: MediaType, { count, reason = '' }: Rejections): Buffer {
  if (type === 'application/json') {
    // 64-bit numbers are strings in the JSON of protobuf.
    const partialSuccess = { [REJECTED[signal]]: String(count), errorMessage: reason }
    return Buffer.from(JSON.stringify(count === 0 ? {} : { partialSuccess }))
  }
  if (count === 0) return Buffer.alloc(0)
  return toBytesField(1, Buffer.concat([toNumberField(1, count), toBytesField(2, Buffer.from(reason))]))
}

/** The body of an error. */
export function toStatus(type: MediaType, httpStatus: number, message: string): Buffer {
  const code = CODES[httpStatus] ?? INTERNAL
  if (type === 'application/json') return Buffer.from(JSON.stringify({ code, message }))
  return Buffer.concat([toNumberField(1, code), toBytesField(2, Buffer.from(message))])
}

function toNumberField(field: number, value: number): Buffer {
  return Buffer.from([field * 8, ...toVarint(value)])
}

function toBytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([field * 8 + 2, ...toVarint(bytes.length)]), bytes])
}

function toVarint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...toVarint(Math.floor(value / 0x80))]
}

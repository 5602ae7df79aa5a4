import type { SpanRole } from './span-role.js'
import type { Span } from './telemetry.js'
import type { KnownSpan, Trace } from './trace-memory.js'

/** A span that is to be recorded, and where it belongs. */
export interface SpanWork {
  span: Span
  role: SpanRole
  trace: Trace
  known: KnownSpan
  instance: string
  /** Epoch milliseconds with their fraction; never ahead of this clock. */
  start: number
  /** The same; undefined while it runs. */
  end: number | undefined
}

/** Milliseconds. Clocks may turn back: never below 0. */
export function durationOf({ start, end }: SpanWork): number | undefined {
  return end === undefined ? undefined : Math.max(0, toMicroseconds(end - start))
}

/** Milliseconds without the digits that are not known: epoch times are true to less than a microsecond. */
export function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}

/** What a span's end is, in the feed's whole milliseconds. */
export function toMeasuredEnd(work: SpanWork): { endedAt: number; duration: number } {
  return { endedAt: Math.round(work.end ?? work.start), duration: durationOf(work) ?? 0 }
}

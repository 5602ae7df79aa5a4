import type { Clock } from './clock.js'
import type { MeasuredEnd } from './messages.js'

/** A reported time that is further from now than this is not believed: 24 hours in milliseconds. */
const FARTHEST = 86_400_000

/** The end of a piece of work. */
export interface WorkEnd {
  /** Epoch milliseconds. */
  endedAt: number
  /** Milliseconds, not rounded. */
  duration: number
}

/**
 * When a piece of work began, on both clocks. Who reports it may have a clock that is ahead: a start that lies ahead
 * counts as now, one that is over 24 hours old as 24 hours old.
 */
export class WorkSpan {
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Monotonic. */
  readonly begin: number
  /** By how much the reported start was moved; its end is moved as far. */
  readonly #shift: number

  constructor(clock: Clock, reported: number | undefined) {
    const now = clock.now()
    const age = isFiniteNumber(reported) ? Math.min(FARTHEST, Math.max(0, now - reported)) : 0
    this.startedAt = now - age
    this.begin = clock.monotonic() - age
    this.#shift = isFiniteNumber(reported) ? this.startedAt - reported : 0
  }

  /** The end that happens now, or the one that was measured elsewhere as far as it is believable. */
  toEnd(clock: Clock, measured: MeasuredEnd): WorkEnd {
    const now = clock.now()
    const reported = isFiniteNumber(measured.endedAt) ? measured.endedAt + this.#shift : NaN
    const isBelieved = reported >= this.startedAt && reported - now <= FARTHEST
    const here = isBelieved ? reported - this.startedAt : clock.monotonic() - this.begin
    return {
      endedAt: isBelieved ? reported : now,
      duration: isDuration(measured.duration) ? measured.duration : here,
    }
  }
}

/** A finite number from 0. */
export function isDuration(value: number | undefined): value is number {
  return isFiniteNumber(value) && value >= 0
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

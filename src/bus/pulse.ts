import type { KindHistory } from './kind-history.js'
import { MovingAverage } from './moving-average.js'

/** With fewer gaps than this an item has no usual one of its own. */
const LEAST_GAPS = 2

/** The signs of life that one piece of work gives, and what is usual for it. Times are monotonic milliseconds. */
export class Pulse {
  readonly startedAt: number
  readonly #history: KindHistory
  /** Signs closer together than this are one, since several often come at once. */
  readonly #burst: number
  /** The latest sign of life; the start before the first one. */
  #lastSign: number
  /** When it was last heard of: a start may be told late. */
  #lastHeard: number
  /** When the sign came that the next gap counts from; NaN before the first sign. */
  #gapFrom = NaN
  #gap: MovingAverage | undefined

  constructor(startedAt: number, now: number, history: KindHistory, burst: number) {
    this.startedAt = startedAt
    this.#lastSign = startedAt
    this.#lastHeard = now
    this.#history = history
    this.#burst = burst
  }

  /** Notes a sign of life. */
  beat(now: number): void {
    this.#lastSign = this.#lastHeard = now
    if (Number.isNaN(this.#gapFrom)) {
      this.#history.firstWait.add(now - this.startedAt)
      this.#gapFrom = now
    } else if (now - this.#gapFrom >= this.#burst) {
      const gap = now - this.#gapFrom
      this.#gap ??= new MovingAverage()
      this.#gap.add(gap)
      this.#history.gap.add(gap)
      this.#gapFrom = now
    }
  }

  /**
   * It succeeded at `now`, and its kind learns from it: how long it took, and for how long it was silent before its
   * end. `firstWait` counts when no sign of life was seen.
   */
  succeed(now: number, duration: number, firstWait = duration): void {
    const silence = now - this.#gapFrom
    if (Number.isNaN(silence)) this.#history.firstWait.add(firstWait)
    else if (silence >= this.#burst) this.#history.gap.add(silence)
    this.#history.addDuration(duration, now)
  }

  /** Milliseconds since the latest sign of life, or since the start. */
  silence(now: number): number {
    return now - this.#lastSign
  }

  /** Milliseconds since anything was heard of it, its start included. */
  unheard(now: number): number {
    return now - this.#lastHeard
  }

  /** Its usual gap, else that of its kind; undefined when neither is known. */
  get usualGap(): number | undefined {
    if (this.#gap !== undefined && this.#gap.count >= LEAST_GAPS) return this.#gap.value
    return Number.isNaN(this.#gapFrom) ? this.#history.firstWait.value : this.#history.gap.value
  }

  /** What its kind takes at the longest, as the kind's history has it. */
  usuallyLongest(now: number): number | undefined {
    return this.#history.longest(now)
  }
}

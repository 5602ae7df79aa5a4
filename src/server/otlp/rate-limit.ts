import type { Clock } from '../../bus/clock.js'
import { OpsError } from '../errors.js'

/** Items of one body that count, which are as many as are recorded of it: a million empty ones must not keep others out. */
const BODY_LIMIT = 20_000

/**
 * So many items per second, and those of one second at once. How many a body has is known only after it was decoded, so
 * it is taken while anything is left, and what it has beyond that is owed: a body larger than the limit gets through, too,
 * and the next ones wait for it.
 */
export class RateLimit {
  readonly #clock: Clock
  readonly #rate: number
  #left: number
  #countedAt: number

  /** `rate`: items per second. */
  constructor(clock: Clock, rate: number) {
    this.#clock = clock
    this.#rate = rate
    this.#left = rate
    this.#countedAt = clock.monotonic()
  }

  /** Throws an OpsError 429, with the seconds to wait, while nothing is left. */
  require(): void {
    const now = this.#clock.monotonic()
    this.#left = Math.min(this.#rate, this.#left + ((now - this.#countedAt) / 1000) * this.#rate)
    this.#countedAt = now
    if (this.#left > 0) return
    const seconds = Math.max(1, Math.ceil(-this.#left / this.#rate))
    throw new OpsError(
      'OPS_RATE',
      429,
      `Over ${this.#rate} items per second; send it again in ${seconds} s. Nothing of it was recorded.`,
      { 'retry-after': String(seconds) },
    )
  }

  take(items: number): void {
    this.#left -= Math.min(items, BODY_LIMIT)
  }
}

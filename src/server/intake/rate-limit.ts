import type { Clock } from '../../bus/clock.js'
import { OpsError } from '../errors.js'

/** Milliseconds that a wait lasts at the least: timers for single items would cost more than the items. */
const LEAST_WAIT = 10

/**
 * So many items per second, and those of one second at once. How many a body has is known only after it was read, so
 * one is taken while anything is left, and what it has beyond that is owed: a body larger than the limit gets through,
 * too, and the next ones wait for it.
 */
export class RateLimit {
  readonly #clock: Clock
  readonly #rate: number
  readonly #noun: string
  #left: number
  #countedAt: number
  #isClosed = false
  readonly #waiting = new Set<() => void>()

  /** `rate`: items per second; `noun`: what they are called in an answer. */
  constructor(clock: Clock, rate: number, noun = 'items') {
    this.#clock = clock
    this.#rate = rate
    this.#noun = noun
    this.#left = rate
    this.#countedAt = clock.monotonic()
  }

  /** Whether nothing is left for now. */
  get isSpent(): boolean {
    if (this.#isClosed) return false
    const now = this.#clock.monotonic()
    this.#left = Math.min(this.#rate, this.#left + ((now - this.#countedAt) / 1000) * this.#rate)
    this.#countedAt = now
    return this.#left <= 0
  }

  /** Throws an OpsError 429, with the seconds to wait, while nothing is left. */
  require(): void {
    if (!this.isSpent) return
    const seconds = Math.max(1, Math.ceil(-this.#left / this.#rate))
    throw new OpsError(
      'OPS_RATE',
      429,
      `Over ${this.#rate} ${this.#noun} per second; send it again in ${seconds} s. Nothing of it was recorded.`,
      { 'retry-after': String(seconds) },
    )
  }

  take(items: number): void {
    this.#left -= items
  }

  /** Resolves when something is left. */
  async refilled(): Promise<void> {
    while (this.isSpent) await this.#wait(Math.max(LEAST_WAIT, Math.ceil((-this.#left / this.#rate) * 1000)))
  }

  /** Ends the limit, and all that wait for it: what was begun must not hold the host's close up. */
  close(): void {
    this.#isClosed = true
    for (const goOn of this.#waiting) goOn()
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const goOn = (): void => {
        cancel()
        this.#waiting.delete(goOn)
        resolve()
      }
      const cancel = this.#clock.setTimeout(goOn, milliseconds)
      this.#waiting.add(goOn)
    })
  }
}

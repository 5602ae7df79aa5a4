import type { Cancel, Clock } from '../bus/clock.js'

/**
 * When a group's deltas leave: the first one after a quiet moment right after the caller's turn, then at most one
 * flush per batch time.
 */
export class FlushTimer {
  readonly #clock: Clock
  readonly #batch: number
  readonly #flush: () => void
  #flushedAt = -Infinity
  #cancel: Cancel | undefined

  /** `batch` in milliseconds. `flush` must not throw. */
  constructor(clock: Clock, batch: number, flush: () => void) {
    this.#clock = clock
    this.#batch = batch
    this.#flush = () => {
      this.#cancel = undefined
      this.#flushedAt = clock.monotonic()
      flush()
    }
  }

  /** Sees to it that the newest deltas leave in time, never within the caller's turn. */
  schedule(): void {
    if (this.#cancel !== undefined) return
    const wait = this.#flushedAt + this.#batch - this.#clock.monotonic()
    if (wait > 0) this.#cancel = this.#clock.setTimeout(this.#flush, wait)
    else this.scheduleNow()
  }

  /** Flushes in the next turn, whatever the batch time: for what one turn could not do. */
  scheduleNow(): void {
    this.#cancel?.()
    const immediate = setImmediate(this.#flush)
    this.#cancel = () => clearImmediate(immediate)
  }

  cancel(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}

import type { Cancel, Clock } from './clock.js'

/** Milliseconds between two looks at what is in flight. */
const INTERVAL = 1000
/** A look that comes later than this was held up together with the whole process. */
const LATE = 3 * INTERVAL
/** Changes that one look may find among requests, and among calls; the rest waits for the next one. */
export const MOST_CHANGES = 1000

interface Context {
  clock: Clock
  /** Looks at all that is in flight; `now` is monotonic. Answers whether there was anything. */
  sweep(now: number): boolean
}

/** Looks at the work in flight every second, as long as there is any. */
export class ActivitySweep {
  readonly #context: Context
  #stop: Cancel | undefined
  #lastLook = 0
  #hasWaited = false

  constructor(context: Context) {
    this.#context = context
  }

  /** Something has started. */
  wake(): void {
    if (this.#stop !== undefined) return
    const { clock } = this.#context
    this.#lastLook = clock.monotonic()
    this.#stop = clock.setInterval(() => this.#look(), INTERVAL)
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #look(): void {
    const now = this.#context.clock.monotonic()
    const isLate = now - this.#lastLook > LATE
    this.#lastLook = now
    // After a blocked event loop everything looks silent: what has come meanwhile is still to be read.
    this.#hasWaited = isLate && !this.#hasWaited
    if (!this.#hasWaited && !this.#context.sweep(now)) this.close()
  }
}

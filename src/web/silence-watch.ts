import type { Cancel, Clock } from '../bus/clock.js'
import type { StreamState } from './feed-link.js'

const LATE_AFTER = 4500
/** After this silence the data is old. Milliseconds. */
export const STALE_AFTER = 9000
/** After this silence the connection is given up. Milliseconds. */
export const SILENT_AFTER = 20_000

/** How fresh the data is after a silence. */
export function toFreshness(silence: number): 'live' | 'late' | 'stale' {
  return silence >= STALE_AFTER ? 'stale' : silence >= LATE_AFTER ? 'late' : 'live'
}

/** Whether a connection is open that the server has been heard on. */
export function isConnected({ status }: Pick<StreamState, 'status'>): boolean {
  return status === 'live' || status === 'late' || status === 'stale'
}

/** Tells when a silence has become long: at its start, when it is late, stale and too long. */
export class SilenceWatch {
  readonly #clock: Clock
  readonly #onSilence: (silence: number) => void
  #since = 0
  #told = 0
  #cancel: Cancel | undefined

  constructor(clock: Clock, onSilence: (silence: number) => void) {
    this.#clock = clock
    this.#onSilence = onSilence
  }

  start(since: number): void {
    this.#since = since
    this.check()
  }

  /** The silence begins anew. As cheap as events are many: the timer finds out by itself. */
  heard(): void {
    this.#since = this.#clock.monotonic()
    if (this.#told >= LATE_AFTER) this.check()
  }

  /** Looks at once; a hidden page's timers may be a minute late. */
  check(): void {
    this.stop()
    const silence = this.#clock.monotonic() - this.#since
    this.#told = silence
    const next = [LATE_AFTER, STALE_AFTER, SILENT_AFTER].find((limit) => silence < limit)
    if (next !== undefined) this.#cancel = this.#clock.setTimeout(() => this.check(), next - silence)
    this.#onSilence(silence)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}

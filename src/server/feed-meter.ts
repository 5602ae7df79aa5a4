import type { Clock } from '../bus/clock.js'
import type { FeedMetrics } from '../bus/protocol.js'

/** A session counts as lagging when it has not had everything for so many milliseconds. */
const LAGGING_AFTER = 1000
/** Least milliseconds over which a rate is told; a look within it sees the rates of the last span. */
const RATE_SPAN = 1000

/** Measures what the feed itself costs and loses. */
export class FeedMeter {
  readonly #clock: Clock
  #bytes = 0
  #items = 0
  #dropped = 0
  #gaps = 0
  #since: number
  #rates = { bytesPerSecond: 0, messagesPerSecond: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.monotonic()
  }

  countBytes(bytes: number): void {
    this.#bytes += bytes
  }

  /** Items delivered, each counted once for every session that got it. */
  countItems(items: number): void {
    this.#items += items
  }

  /** `missed`: items that a session will never get. */
  countGap(missed: number): void {
    this.#gaps++
    this.#dropped += missed
  }

  sample(sessions: Iterable<{ behindSince: number | undefined }>): Omit<FeedMetrics, 'sampled'> {
    const now = this.#clock.monotonic()
    const seconds = (now - this.#since) / 1000
    if (seconds * 1000 >= RATE_SPAN) {
      this.#rates = {
        bytesPerSecond: Math.round(this.#bytes / seconds),
        messagesPerSecond: Math.round((this.#items / seconds) * 10) / 10,
      }
      this.#bytes = this.#items = 0
      this.#since = now
    }
    let viewers = 0
    let lagging = 0
    for (const { behindSince } of sessions) {
      viewers++
      if (behindSince !== undefined && now - behindSince >= LAGGING_AFTER) lagging++
    }
    return { viewers, lagging, ...this.#rates, dropped: this.#dropped, gaps: this.#gaps }
  }
}

import { Histogram } from '../../bus/histogram.js'
import type { RequestTallies } from '../../bus/ops.js'

/** Counts the requests that are not shown: those in flight, and how long those took that have ended well. */
export class RequestTally {
  #active = 0
  #ended = new Histogram()

  begin(): void {
    this.#active++
  }

  /** It is shown from now on. */
  leave(): void {
    this.#active--
  }

  /** `duration` in milliseconds. */
  end(duration: number): void {
    this.#active--
    this.#ended.add(duration)
  }

  get active(): number {
    return this.#active
  }

  /** What has ended since it was asked the last time. */
  take(): RequestTallies {
    const ended = this.#ended
    if (ended.count > 0) this.#ended = new Histogram()
    return { active: this.#active, ended }
  }
}

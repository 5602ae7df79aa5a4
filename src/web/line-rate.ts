/** Lines a second above which single rows are no longer worth drawing, and below which they are again. */
const BUSY_ABOVE = 300
const CALM_BELOW = 200
/** So long it must have been calm. Milliseconds. */
export const CALM_AFTER = 2000
const SPAN = 1000

/** How fast lines come, and whether that is too fast to draw each of them. */
export class LineRate {
  #samples: { time: number; count: number }[] = []
  #busy = false
  #lastBusy = 0
  #askedAt = -Infinity

  get busy(): boolean {
    return this.#busy
  }

  /** Lines of the last second. */
  get perSecond(): number {
    return Math.round(this.#samples.reduce((sum, { count }) => sum + count, 0))
  }

  /** @param time monotonic milliseconds */
  add(count: number, time: number): void {
    // What came while nobody asked counts at the pace at which it came.
    const share = Math.min(1, SPAN / Math.max(1, time - this.#askedAt))
    this.#askedAt = time
    this.#samples = this.#samples.filter((sample) => sample.time > time - SPAN)
    this.#samples.push({ time, count: count * share })
    const rate = this.perSecond
    if (rate > (this.#busy ? CALM_BELOW : BUSY_ABOVE)) {
      this.#busy = true
      this.#lastBusy = time
    } else if (time - this.#lastBusy >= CALM_AFTER) {
      this.#busy = false
    }
  }
}

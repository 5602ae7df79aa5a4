/** Series remembered. */
const SERIES_LIMIT = 5000
/** Milliseconds after which a silent one may lose its place to a new one. */
const IDLE_LIMIT = 15 * 60_000

/** The last point of each series of late. Times are monotonic. */
export class RecentSeries<Point> {
  /** The one that is silent for longest comes first. */
  readonly #last = new Map<string, { point: Point; seenAt: number }>()

  get(series: string): Point | undefined {
    return this.#last.get(series)?.point
  }

  /**
   * Remembers a point. Returns false when there is no place for its series: were one taken from another that goes on,
   * none would be known when it comes again.
   */
  set(series: string, point: Point, now: number): boolean {
    if (!this.#last.delete(series) && this.#last.size >= SERIES_LIMIT) {
      const [longestSilent] = this.#last
      if (now - longestSilent![1].seenAt < IDLE_LIMIT) return false
      this.#last.delete(longestSilent![0])
    }
    this.#last.set(series, { point, seenAt: now })
    return true
  }
}

/** Series remembered; the one that is silent for longest is forgotten. */
const SERIES_LIMIT = 1000

/** The last point of each series of late. */
export class RecentSeries<Point> {
  readonly #last = new Map<string, Point>()

  /** Remembers a point. Returns the one before it. */
  replace(series: string, point: Point): Point | undefined {
    const last = this.#last.get(series)
    this.#last.delete(series)
    this.#last.set(series, point)
    if (this.#last.size > SERIES_LIMIT) this.#last.delete(this.#last.keys().next().value!)
    return last
  }
}

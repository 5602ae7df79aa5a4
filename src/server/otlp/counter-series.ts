import { RecentSeries } from './recent-series.js'
import type { NumberPoint } from './telemetry.js'

interface LastTotal {
  start: number
  time: number
  total: number
}

/** Turns the totals of series into increments. */
export class CounterSeries {
  readonly #beganAt: number
  readonly #last = new RecentSeries<LastTotal>()

  /** `beganAt`: since when increments are of interest, in epoch milliseconds. */
  constructor(beganAt: number) {
    this.#beganAt = beganAt
  }

  /**
   * What came since the last total of the series, or since it began; what was before that is not known here. Undefined
   * when there are too many series to tell. `now` is monotonic.
   */
  add(series: string, { start, time, value }: NumberPoint, now: number): number | undefined {
    const last = this.#last.get(series)
    // It was overtaken by a later one, which holds it.
    if (last !== undefined && time < last.time && start <= last.start) return 0
    if (!this.#last.set(series, { start, time, total: value }, now)) return undefined
    if (last === undefined) return start >= this.#beganAt ? value : 0
    const isReset = value < last.total || (start !== last.start && start > last.start)
    return isReset ? value : value - last.total
  }
}

import { RecentSeries } from './recent-series.js'
import type { NumberPoint } from './telemetry.js'

interface LastTotal {
  start: number
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

  /** What came since the last total of the series, or since it began; what was before that is not known here. */
  add(series: string, { start, value }: NumberPoint): number {
    const last = this.#last.replace(series, { start, total: value })
    if (last === undefined) return start >= this.#beganAt ? value : 0
    const isReset = value < last.total || (start !== last.start && start > last.start)
    return isReset ? value : value - last.total
  }
}

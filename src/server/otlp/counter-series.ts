import type { NumberPoint } from './telemetry.js'

/** Series of totals remembered; the one that is silent for longest is forgotten. */
const SERIES_LIMIT = 1000

interface LastTotal {
  start: number
  total: number
}

/** Turns the totals of series into increments. */
export class CounterSeries {
  readonly #beganAt: number
  readonly #last = new Map<string, LastTotal>()

  /** `beganAt`: since when increments are of interest, in epoch milliseconds. */
  constructor(beganAt: number) {
    this.#beganAt = beganAt
  }

  /** What came since the last total of the series, or since it began; what was before that is not known here. */
  add(series: string, { start, value }: NumberPoint): number {
    const last = this.#last.get(series)
    this.#last.delete(series)
    this.#last.set(series, { start, total: value })
    if (this.#last.size > SERIES_LIMIT) this.#last.delete(this.#last.keys().next().value!)
    if (last === undefined) return start >= this.#beganAt ? value : 0
    const isReset = value < last.total || (start !== last.start && start > last.start)
    return isReset ? value : value - last.total
  }
}

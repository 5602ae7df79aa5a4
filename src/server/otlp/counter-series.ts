import { RecentSeries } from './recent-series.js'
import type { NumberPoint } from './telemetry.js'

type LastPoint = Pick<NumberPoint, 'start' | 'time' | 'value'>

/** Tells what each point of a series adds. */
export class CounterSeries {
  readonly #beganAt: number
  readonly #last = new RecentSeries<LastPoint>()

  /** `beganAt`: since when increments are of interest, in epoch milliseconds. */
  constructor(beganAt: number) {
    this.#beganAt = beganAt
  }

  /**
   * What came since the last total of the series, or since it began; what was before that is not known here. Undefined
   * when there are too many series to tell. `now` is monotonic.
   */
  addTotal(series: string, { start, time, value }: NumberPoint, now: number): number | undefined {
    const last = this.#last.get(series)
    // It was overtaken by a later one, which holds it.
    if (last !== undefined && time < last.time && start <= last.start) return 0
    if (!this.#last.set(series, { start, time, value }, now)) return undefined
    if (last === undefined) return start >= this.#beganAt ? value : 0
    const isReset = value < last.value || (start !== last.start && start > last.start)
    return isReset ? value : value - last.value
  }

  /** The increment itself, but for one that is sent again: two have the same times only then. `now` is monotonic. */
  addIncrement(series: string, { start, time, value }: NumberPoint, now: number): number {
    const last = this.#last.get(series)
    if (start > 0 && last?.start === start && last.time === time && last.value === value) return 0
    this.#last.set(series, { start, time, value }, now)
    return value
  }
}

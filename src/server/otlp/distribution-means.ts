import { LatestValues } from './latest-values.js'
import { RecentSeries } from './recent-series.js'
import type { DistributionPoint } from './telemetry.js'

interface Measured {
  count: number
  sum: number
}

/** Makes one number of histograms: the mean of what was measured since the point before. */
export class DistributionMeans {
  readonly #totals = new RecentSeries<Measured & { start: number }>()
  readonly #latest = new LatestValues<Measured>()

  /** What a total says that the one before of the same series did not; all of it when there was none since its start. */
  toIncrement(series: string, { start, count, sum }: DistributionPoint, now: number): Measured {
    const last = this.#totals.get(series)
    this.#totals.set(series, { start, count, sum }, now)
    const isContinued = last !== undefined && count >= last.count && start <= last.start
    return isContinued ? { count: count - last.count, sum: sum - last.sum } : { count, sum }
  }

  /**
   * The mean of a metric over all instances, each with its newest measurements; undefined when nothing was measured:
   * then what was known stands.
   */
  add(metric: string, instance: string, { count, sum }: Measured, now: number): number | undefined {
    if (count <= 0) {
      const known = this.#latest.get(metric, instance)
      if (known !== undefined) this.#latest.set(metric, instance, known, now)
      return undefined
    }
    this.#latest.set(metric, instance, { count, sum }, now)
    const all = { count: 0, sum: 0 }
    for (const measured of this.#latest.all(metric, now)) {
      all.count += measured.count
      all.sum += measured.sum
    }
    return all.sum / all.count
  }
}

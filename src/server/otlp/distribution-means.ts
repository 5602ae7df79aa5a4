import { RecentSeries } from './recent-series.js'
import type { DistributionPoint } from './telemetry.js'

/** Milliseconds after which the last mean of a silent instance counts no more. */
const IDLE_LIMIT = 5 * 60_000

interface Measured {
  count: number
  sum: number
}

/** Makes one number of histograms: the mean of what was measured since the point before. */
export class DistributionMeans {
  readonly #totals = new RecentSeries<Measured & { start: number }>()
  /** What each instance measured last, by metric. `seenAt` is monotonic. */
  readonly #latest = new Map<string, Map<string, Measured & { seenAt: number }>>()

  /** What a total says that the one before of the same series did not; all of it when there was none since its start. */
  toIncrement(series: string, { start, count, sum }: DistributionPoint): Measured {
    const last = this.#totals.replace(series, { start, count, sum })
    const isContinued = last !== undefined && count >= last.count && start <= last.start
    return isContinued ? { count: count - last.count, sum: sum - last.sum } : { count, sum }
  }

  /**
   * The mean of a metric over all instances, each with its newest measurements; undefined when nothing was measured:
   * then what was known stands.
   */
  add(metric: string, instance: string, { count, sum }: Measured, now: number): number | undefined {
    const latest = this.#latest.get(metric) ?? new Map<string, Measured & { seenAt: number }>()
    this.#latest.set(metric, latest)
    if (count <= 0) {
      const known = latest.get(instance)
      if (known !== undefined) known.seenAt = now
      return undefined
    }
    latest.set(instance, { count, sum, seenAt: now })
    const all = { count: 0, sum: 0 }
    for (const [each, measured] of latest) {
      if (now - measured.seenAt > IDLE_LIMIT) latest.delete(each)
      else {
        all.count += measured.count
        all.sum += measured.sum
      }
    }
    return all.sum / all.count
  }
}

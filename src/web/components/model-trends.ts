import type { ModelStatistics, ProviderStatistics } from '../../bus/protocol.js'
import { HEARTBEAT_INTERVAL } from '../../bus/protocol.js'
import { SERIES_LIMIT, type MetricsView } from '../live-view.js'

const keyOf = (statistics: ModelStatistics | ProviderStatistics): string =>
  'model' in statistics ? `${statistics.provider} ${statistics.model}` : statistics.provider

/**
 * The p95 latency of the last minute of each provider and model, over ten minutes. The feed tells of now only, so that
 * these lines begin when the element does.
 */
export class ModelTrends {
  #values = new Map<string, (number | null)[]>()
  #seen: MetricsView | undefined

  /** Takes in a snapshot, once. Those that are missing since the last one leave a hole. */
  add(view: MetricsView): void {
    const before = this.#seen
    if (view === before) return
    this.#seen = view
    const steps = before === undefined ? 1 : Math.round((view.time - before.time) / HEARTBEAT_INTERVAL)
    // Another run has another past.
    if (steps < 0 || view.metrics.instance !== before?.metrics.instance) this.#values.clear()
    const holes = Array<null>(Math.min(Math.max(steps - 1, 0), SERIES_LIMIT)).fill(null)
    const { models, providers } = view.metrics.calls['1m']
    const values = new Map<string, (number | null)[]>()
    for (const statistics of [...providers, ...models]) {
      const key = keyOf(statistics)
      const held = this.#values.get(key) ?? []
      values.set(key, [...held, ...holes, statistics.latency.p95 ?? null].slice(-SERIES_LIMIT))
    }
    // Those without a call in the last minute are still of interest.
    for (const [key, held] of this.#values) {
      const line = [...held, ...holes, null].slice(-SERIES_LIMIT)
      if (!values.has(key) && line.some((value) => value !== null)) values.set(key, line)
    }
    this.#values = values
  }

  /** Newest last. */
  of(statistics: ModelStatistics | ProviderStatistics): readonly (number | null)[] {
    return this.#values.get(keyOf(statistics)) ?? []
  }
}

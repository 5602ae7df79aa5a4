import { createHash } from 'node:crypto'
import type { Clock } from '../../bus/clock.js'
import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import { toPlainValue } from './attributes.js'
import { CounterSeries } from './counter-series.js'
import type { Steps } from './decode-envelope.js'
import type { DecodedMetrics } from './decode-metrics.js'
import { DistributionMeans } from './distribution-means.js'
import type { Instances } from './instances.js'
import { LatestValues } from './latest-values.js'
import type { Attributes, DistributionMetric, NumberMetric } from './telemetry.js'

/** Counts the data points that nothing here uses. */
const UNUSED_COUNTER = 'otlpUnused'

interface Context {
  bus: EventBus<BusEvents>
  clock: Clock
  instances: Instances
  /** Names of metrics, by the gauge or counter that they become. */
  map: Readonly<Record<string, string>>
  /** Since when totals of counters are of interest, in epoch milliseconds. */
  beganAt: number
}

/** Records the metrics that the operator has named as gauges and counters. */
export class MetricRecorder {
  readonly #context: Context
  /** What a metric becomes; one may become several. */
  readonly #names = new Map<string, string[]>()
  readonly #series: CounterSeries
  readonly #means = new DistributionMeans()
  readonly #values = new LatestValues<number>()

  constructor(context: Context) {
    this.#context = context
    this.#series = new CounterSeries(context.beganAt)
    for (const [name, metric] of Object.entries(context.map)) {
      this.#names.set(metric, [...(this.#names.get(metric) ?? []), name])
    }
  }

  isWanted(metric: string): boolean {
    return this.#names.has(metric)
  }

  /** Records the metrics of one body, in steps. */
  *record({ items, distributions, ...decoded }: DecodedMetrics): Steps<void> {
    let { unused } = decoded
    for (const metric of items) {
      yield
      if (metric.points.length === 0) continue
      if (metric.isMonotonic) unused += this.#count(metric)
      else this.#measure(metric)
    }
    for (const metric of distributions) {
      yield
      this.#average(metric)
    }
    if (unused > 0) this.#context.bus.publish('counter', { name: UNUSED_COUNTER, add: unused })
  }

  /** Answers how many points belong to series that can't be told apart any more. */
  #count(metric: NumberMetric): number {
    const now = this.#context.clock.monotonic()
    const instance = this.#instanceOf(metric)
    let add = 0
    let unused = 0
    for (const point of metric.points) {
      const increment =
        metric.kind === 'increments'
          ? point.value
          : this.#series.add(toSeries(instance, metric.name, point.attributes), point, now)
      add += increment ?? 0
      if (increment === undefined) unused++
    }
    if (add > 0) {
      for (const name of this.#names.get(metric.name)!) this.#context.bus.publish('counter', { name, add })
    }
    return unused
  }

  /** The value of a metric is the sum over all attributes and instances. */
  #measure(metric: NumberMetric): void {
    const { name, kind } = metric
    const now = this.#context.clock.monotonic()
    const instance = this.#instanceOf(metric)
    const before = kind === 'increments' ? (this.#values.get(name, instance) ?? 0) : 0
    this.#values.set(name, instance, before + sumOfNewest(metric), now)
    const values = this.#values.all(name, now)
    this.#setGauges(
      name,
      values.reduce((sum, value) => sum + value, 0),
    )
  }

  #average(metric: DistributionMetric): void {
    const now = this.#context.clock.monotonic()
    const instance = this.#instanceOf(metric)
    const measured = { count: 0, sum: 0 }
    for (const point of metric.points) {
      const { count, sum } =
        metric.kind === 'increments'
          ? point
          : this.#means.toIncrement(toSeries(instance, metric.name, point.attributes), point, now)
      measured.count += count
      measured.sum += sum
    }
    const value = this.#means.add(metric.name, instance, measured, now)
    if (value !== undefined) this.#setGauges(metric.name, value)
  }

  #setGauges(metric: string, value: number): void {
    for (const name of this.#names.get(metric)!) this.#context.bus.publish('gauge', { name, value })
  }

  #instanceOf({ origin }: Pick<NumberMetric, 'origin'>): string {
    const { instances, clock } = this.#context
    return instances.nameOf(origin.resource, clock.monotonic())
  }
}

/** The points of one collection have one time; older ones are of attributes that are gone. */
function sumOfNewest({ points, kind }: NumberMetric): number {
  const newest = points.reduce((time, point) => Math.max(time, point.time), 0)
  return points
    .filter(({ time }) => kind === 'increments' || time === newest)
    .reduce((sum, { value }) => sum + value, 0)
}

/** Tells series apart, whatever the order of their attributes. */
function toSeries(instance: string, metric: string, attributes: Attributes): string {
  const entries = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))
  const key = JSON.stringify([instance, metric, entries.map(([name, value]) => [name, toPlainValue(value)])])
  // Attributes may be long, and thousands of series are remembered.
  return key.length <= 64 ? key : createHash('sha256').update(key).digest('base64')
}

/** Milliseconds after which the last value of a silent instance counts no more. */
const IDLE_LIMIT = 5 * 60_000

/** What each instance told last of each metric. Times are monotonic milliseconds. */
export class LatestValues<Value> {
  readonly #byMetric = new Map<string, Map<string, { value: Value; seenAt: number }>>()

  get(metric: string, instance: string): Value | undefined {
    return this.#byMetric.get(metric)?.get(instance)?.value
  }

  set(metric: string, instance: string, value: Value, now: number): void {
    const values = this.#byMetric.get(metric) ?? new Map<string, { value: Value; seenAt: number }>()
    this.#byMetric.set(metric, values)
    values.set(instance, { value, seenAt: now })
  }

  /** The values of a metric by all instances that are not silent for long. */
  all(metric: string, now: number): Value[] {
    const values = this.#byMetric.get(metric)
    for (const [instance, { seenAt }] of values ?? []) {
      if (now - seenAt > IDLE_LIMIT) values!.delete(instance)
    }
    return [...(values?.values() ?? [])].map(({ value }) => value)
  }
}

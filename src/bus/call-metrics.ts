import { Histogram } from './histogram.js'
import {
  CALL_WINDOWS,
  type CallRecord,
  type CallStatistics,
  type CallWindow,
  type CallWindowName,
  type ModelStatistics,
  type ProviderStatistics,
} from './protocol.js'
import { RollingWindow, type Mergeable } from './rolling-window.js'

const SPANS: Record<CallWindowName, number> = { '1m': 60_000, '5m': 300_000, '15m': 900_000 }

/** Models told apart; what comes beyond is counted under the model `other` of its provider, or of `other`. */
const MODELS_LIMIT = 200

class CallAggregate implements Mergeable<CallAggregate> {
  total = 0
  errors = 0
  inputTokens: number | undefined
  outputTokens: number | undefined
  readonly latency = new Histogram()
  readonly timeToFirstToken = new Histogram()
  readonly tokensPerSecond = new Histogram()

  add(call: CallRecord): void {
    this.total++
    if (call.state === 'error' || call.state === 'stale') this.errors++
    this.inputTokens = sum(this.inputTokens, call.inputTokens)
    this.outputTokens = sum(this.outputTokens, call.outputTokens)
    if (call.duration !== undefined && call.state === 'ok') this.latency.add(call.duration)
    if (call.timeToFirstToken !== undefined) this.timeToFirstToken.add(call.timeToFirstToken)
    if (call.tokensPerSecond !== undefined) this.tokensPerSecond.add(call.tokensPerSecond)
  }

  merge(other: CallAggregate): void {
    this.total += other.total
    this.errors += other.errors
    this.inputTokens = sum(this.inputTokens, other.inputTokens)
    this.outputTokens = sum(this.outputTokens, other.outputTokens)
    this.latency.merge(other.latency)
    this.timeToFirstToken.merge(other.timeToFirstToken)
    this.tokensPerSecond.merge(other.tokensPerSecond)
  }

  clear(): void {
    this.total = this.errors = 0
    this.inputTokens = this.outputTokens = undefined
    this.latency.clear()
    this.timeToFirstToken.clear()
    this.tokensPerSecond.clear()
  }

  statistics(): CallStatistics {
    return {
      total: this.total,
      errors: this.errors,
      ...(this.total > 0 && { errorRate: this.errors / this.total }),
      latency: this.latency.quantiles(),
      timeToFirstToken: this.timeToFirstToken.quantiles(),
      tokensPerSecond: this.tokensPerSecond.quantiles(),
      ...(this.inputTokens !== undefined && { inputTokens: this.inputTokens }),
      ...(this.outputTokens !== undefined && { outputTokens: this.outputTokens }),
    }
  }
}

interface ModelEntry {
  provider: string
  model: string
  lastUsed: number
  windows: Record<CallWindowName, RollingWindow<CallAggregate>>
}

/** Figures of the model calls that ended within 1, 5 and 15 minutes, by model, by provider and in all. */
export class CallMetrics {
  readonly #models = new Map<string, ModelEntry>()

  /** Counts a call that ended at monotonic `time`. Latency is that of successful calls. */
  add(call: CallRecord, time: number): void {
    const entry = this.#entry(call.provider, call.model, time)
    entry.lastUsed = time
    for (const name of CALL_WINDOWS) entry.windows[name].at(time).add(call)
  }

  /** `active` are the calls in flight; models with neither calls nor active ones are left out. Sorted by name. */
  statistics(time: number, active: Iterable<CallRecord>): Record<CallWindowName, CallWindow> {
    const activeByModel = new Map<string, number>()
    for (const call of active) {
      const entry = this.#entry(call.provider, call.model, time)
      const key = keyOf(entry.provider, entry.model)
      activeByModel.set(key, (activeByModel.get(key) ?? 0) + 1)
    }
    const entries = [...this.#models]
      .map(([key, entry]) => ({ entry, active: activeByModel.get(key) ?? 0 }))
      .sort((a, b) => compare(a.entry.provider, b.entry.provider) || compare(a.entry.model, b.entry.model))
    const windows = {} as Record<CallWindowName, CallWindow>
    for (const name of CALL_WINDOWS) windows[name] = this.#window(name, time, entries)
    return windows
  }

  #window(name: CallWindowName, time: number, entries: { entry: ModelEntry; active: number }[]): CallWindow {
    const all = new CallAggregate()
    const byProvider = new Map<string, { aggregate: CallAggregate; active: number }>()
    const models: ModelStatistics[] = []
    for (const { entry, active } of entries) {
      const aggregate = new CallAggregate()
      entry.windows[name].mergeInto(aggregate, time)
      if (aggregate.total === 0 && active === 0) continue
      models.push({ provider: entry.provider, model: entry.model, active, ...aggregate.statistics() })
      all.merge(aggregate)
      let provider = byProvider.get(entry.provider)
      if (provider === undefined) {
        byProvider.set(entry.provider, (provider = { aggregate: new CallAggregate(), active: 0 }))
      }
      provider.aggregate.merge(aggregate)
      provider.active += active
    }
    const providers: ProviderStatistics[] = [...byProvider].map(([provider, { aggregate, active }]) => ({
      provider,
      active,
      ...aggregate.statistics(),
    }))
    return { ...all.statistics(), models, providers }
  }

  #entry(provider: string, model: string, time: number): ModelEntry {
    const key = keyOf(provider, model)
    const known = this.#models.get(key)
    if (known !== undefined) return known
    if (this.#models.size >= MODELS_LIMIT && !this.#forgetIdle(time) && model !== 'other') {
      const otherOfProvider = this.#models.get(keyOf(provider, 'other'))
      return otherOfProvider ?? this.#entry('other', 'other', time)
    }
    const window = (name: CallWindowName): RollingWindow<CallAggregate> =>
      new RollingWindow(SPANS[name], () => new CallAggregate())
    const entry: ModelEntry = {
      provider,
      model,
      lastUsed: time,
      windows: { '1m': window('1m'), '5m': window('5m'), '15m': window('15m') },
    }
    this.#models.set(key, entry)
    return entry
  }

  /** Makes room by forgetting the models that no window holds any more. */
  #forgetIdle(time: number): boolean {
    let forgot = false
    for (const [key, entry] of this.#models) {
      if (time - entry.lastUsed > SPANS['15m']) forgot = this.#models.delete(key)
    }
    return forgot
  }
}

/** Unknown and unknown is unknown, not 0. */
function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0)
}

function keyOf(provider: string, model: string): string {
  return `${provider}\n${model}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

import { CallAggregate } from './call-aggregate.js'
import { CallSample } from './call-sample.js'
import { CallSlots } from './call-slots.js'
import { NameTable } from './name-table.js'
import {
  CALL_WINDOWS,
  type CallRecord,
  type CallWindow,
  type CallWindowName,
  type ModelStatistics,
  type ProviderStatistics,
} from './protocol.js'
import { toSeconds } from './rolling-window.js'

const SPANS: Record<CallWindowName, number> = { '1m': 60_000, '5m': 300_000, '15m': 900_000 }

/** Models told apart; what comes beyond is counted under the model `other` of the provider `other`. */
const MODELS_LIMIT = 200

interface ModelEntry {
  readonly provider: string
  readonly model: string
  lastUsed: number
  /** In flight, while statistics are made. */
  active: number
  readonly windows: Record<CallWindowName, CallSlots>
}

/** Figures of the model calls that ended within 1, 5 and 15 minutes, by model, by provider and in all. */
export class CallMetrics {
  readonly #startedAt: number
  readonly #models = new NameTable<ModelEntry>({
    limit: MODELS_LIMIT,
    idleAfter: SPANS['15m'],
    create: createEntry,
  })
  readonly #sample = new CallSample()
  /** For adding up: of a model, of its provider, of all. */
  readonly #sums = [new CallAggregate(), new CallAggregate(), new CallAggregate()] as const
  #overflow = 0

  /** `time` is monotonic, as in every call below. */
  constructor(time = 0) {
    this.#startedAt = time
  }

  /** Calls that were counted under `other`, since their model was one too many. */
  get overflow(): number {
    return this.#overflow
  }

  /** Bytes that the sketches hold, those of the engine for each array included. */
  get memory(): number {
    let bytes = 0
    for (const { windows } of this.#models.values()) {
      for (const name of CALL_WINDOWS) bytes += windows[name].bytes
    }
    return bytes
  }

  /** Counts a call that ended at `time`. Latency is that of successful calls. */
  add(call: CallRecord, time: number): void {
    const entry = this.#models.at(call.provider, modelOf(call), time)
    if (this.#models.isShared(entry)) this.#overflow++
    this.#sample.read(call)
    for (const name of CALL_WINDOWS) entry.windows[name].add(this.#sample, time)
  }

  /**
   * `before`, which was counted at `time`, is `after` by now: where a window still holds it, it gets what it lacked
   * and loses an error that was none.
   */
  correct(before: CallRecord, after: CallRecord, time: number): void {
    const entry = this.#models.find(before.provider, modelOf(before))
    if (entry === undefined) return
    this.#sample.readDifference(before, after)
    for (const name of CALL_WINDOWS) entry.windows[name].correct(this.#sample, time)
  }

  /** `active` are the calls in flight; models with neither calls nor active ones are left out. Sorted by name. */
  statistics(time: number, active: Iterable<CallRecord>): Record<CallWindowName, CallWindow> {
    for (const call of active) this.#models.at(call.provider, call.model, time).active++
    const entries = [...this.#models.values()].sort(
      (a, b) => compare(a.provider, b.provider) || compare(a.model, b.model),
    )
    const windows = {} as Record<CallWindowName, CallWindow>
    for (const name of CALL_WINDOWS) windows[name] = this.#window(name, time, entries)
    for (const entry of entries) entry.active = 0
    return windows
  }

  /** `entries` are sorted, so that those of one provider follow each other. */
  #window(name: CallWindowName, time: number, entries: readonly ModelEntry[]): CallWindow {
    const seconds = toSeconds(SPANS[name], time, this.#startedAt)
    const [ofModel, ofProvider, all] = this.#sums
    all.clear()
    const models: ModelStatistics[] = []
    const providers: ProviderStatistics[] = []
    let open: { provider: string; active: number } | undefined
    const close = (): void => {
      if (open === undefined) return
      providers.push({ ...open, ...ofProvider.statistics(seconds) })
      all.merge(ofProvider)
      ofProvider.clear()
      open = undefined
    }
    ofProvider.clear()
    for (const { provider, model, active, windows } of entries) {
      ofModel.clear()
      windows[name].mergeInto(ofModel, time)
      if (ofModel.total === 0 && active === 0) continue
      if (open?.provider !== provider) close()
      open ??= { provider, active: 0 }
      open.active += active
      ofProvider.merge(ofModel)
      models.push({ provider, model, active, ...ofModel.statistics(seconds) })
    }
    close()
    return { ...all.statistics(seconds), models, providers }
  }
}

function createEntry(provider: string, model: string): ModelEntry {
  const slots = (name: CallWindowName): CallSlots => new CallSlots(SPANS[name])
  return {
    provider,
    model,
    lastUsed: 0,
    active: 0,
    windows: { '1m': slots('1m'), '5m': slots('5m'), '15m': slots('15m') },
  }
}

/** Failed calls name the model that was asked for: counted under another, no model would show its rate of errors. */
function modelOf(call: CallRecord): string {
  return call.requestedModel ?? call.model
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

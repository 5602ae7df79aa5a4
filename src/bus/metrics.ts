import { CallMetrics } from './call-metrics.js'
import type { Cancel, Clock } from './clock.js'
import type { EventBus } from './event-bus.js'
import type { Faults } from './faults.js'
import type { Limits } from './limits.js'
import type { LiveState } from './live-state.js'
import type { BusEvents, SettableActivity } from './messages.js'
import type { Samplers } from './ops.js'
import type { FeedMetrics, Metrics } from './protocol.js'
import { RequestMetrics } from './request-metrics.js'
import { SessionTracker } from './session-tracker.js'

interface Context {
  bus: EventBus<BusEvents>
  clock: Clock
  instance: string
  limits: Limits
  state: LiveState
  faults: Faults
  /** Leave out sessions and queue until something has told of any. */
  hidesUntold: boolean
}

const NO_FEED: Omit<FeedMetrics, 'sampled'> = {
  viewers: 0,
  lagging: 0,
  bytesPerSecond: 0,
  messagesPerSecond: 0,
  dropped: 0,
  gaps: 0,
}

/** Counts what the bus carries and puts the figures of one moment together. */
export class MetricsRecorder {
  readonly #context: Context
  readonly #startedAt: number
  readonly #counters = new Map([
    ['messagesProcessed', 0],
    ['errors', 0],
    ['requests', 0],
    ['calls', 0],
  ])
  readonly #gauges = new Map<string, number | (() => number)>()
  readonly #samplers: Partial<Samplers> = {}
  readonly #sessions: SessionTracker
  readonly #requests: RequestMetrics
  readonly #calls: CallMetrics
  readonly #unsubscribe: (() => void)[]
  /** Something has told of a session, of a queue. */
  #hasSessions = false
  #hasQueued = false
  /** Requests that a source has counted without recording them. */
  #sampledOut = 0

  constructor(context: Context) {
    const { bus, clock, limits } = context
    this.#context = context
    this.#startedAt = clock.monotonic()
    this.#sessions = new SessionTracker(limits.sessions)
    this.#requests = new RequestMetrics(this.#startedAt)
    this.#calls = new CallMetrics(this.#startedAt)
    this.#unsubscribe = [
      bus.subscribe('counter', ({ name, add }) => this.#count(name, add)),
      bus.subscribe('gauge', ({ name, value }) => this.setGauge(name, value)),
      bus.subscribe('log', ({ level }) => {
        if (level === 'error' || level === 'fatal') this.#count('errors', 1)
      }),
      bus.subscribe('request.start', ({ session, activity }) => this.#see(session, activity)),
      bus.subscribe('request.update', ({ session, activity }) => this.#see(session, activity)),
      bus.subscribe('call.start', ({ session }) => this.#see(session)),
      bus.subscribe('request.ended', ({ record, time }) => {
        this.#count('requests', 1)
        if (record.kind === 'message') this.#count('messagesProcessed', 1)
        this.#requests.add(record, time)
      }),
      bus.subscribe('request.corrected', ({ after, time }) => this.#requests.correct(after, time)),
      bus.subscribe('call.ended', ({ record, time }) => {
        this.#count('calls', 1)
        this.#calls.add(record, time)
      }),
      bus.subscribe('call.corrected', ({ before, after, time }) => this.#calls.correct(before, after, time)),
    ]
  }

  /** Sets a gauge to a value, or to a callback that is asked once per snapshot. */
  setGauge(name: string, value: number | (() => number)): void {
    if (this.#gauges.has(name) || this.#gauges.size < this.#context.limits.names)
      this.#gauges.set(name, value)
    else this.#context.state.countAnomaly()
  }

  sample<Part extends keyof Samplers>(part: Part, sampler: Samplers[Part]): Cancel {
    this.#samplers[part] = sampler
    return () => {
      if (this.#samplers[part] === sampler) delete this.#samplers[part]
    }
  }

  /** The figures of now. Asks each gauge's callback and each sampler once. Never throws. */
  metrics(): Metrics {
    const { clock, instance, state } = this.#context
    const now = clock.monotonic()
    const process = this.#sampled('process')
    const tallies = this.#sampled('requests')
    if (tallies !== undefined && tallies.ended.count > 0) {
      this.#count('requests', tallies.ended.count)
      this.#requests.addAll(tallies.ended, now)
      this.#sampledOut += tallies.ended.count
    }
    return {
      uptime: Math.round(now - this.#startedAt),
      instance,
      counters: this.#counterValues(),
      gauges: this.#gaugeValues(now, tallies?.active ?? 0),
      ...(process !== undefined && { process }),
      requests: this.#requests.statistics(now),
      calls: this.#calls.statistics(now, state.calls.activeRecords()),
      feed: { ...(this.#sampled('feed') ?? NO_FEED), sampled: state.requests.sampledOut + this.#sampledOut },
    }
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #count(name: string, add: number): void {
    const known = this.#counters.get(name)
    if (
      add >= 0 &&
      add < Infinity &&
      (known !== undefined || this.#counters.size < this.#context.limits.names)
    ) {
      this.#counters.set(name, (known ?? 0) + add)
    } else this.#context.state.countAnomaly()
  }

  #see(session: string | undefined, activity?: SettableActivity): void {
    if (activity === 'queued') this.#hasQueued = true
    if (session === undefined) return
    this.#hasSessions = true
    this.#sessions.see(session, this.#context.clock.monotonic())
  }

  #counterValues(): Record<string, number> {
    const counters = Object.fromEntries(this.#counters)
    const { state, faults } = this.#context
    const losses = {
      anomalies: state.anomalies,
      faults: faults.count,
      evicted: state.evicted,
      modelOverflow: this.#calls.overflow,
    }
    for (const [name, count] of Object.entries(losses)) {
      if (count > 0) counters[name] = (counters[name] ?? 0) + count
    }
    return counters
  }

  #gaugeValues(now: number, activeElsewhere: number): Record<string, number> {
    const { state, faults, hidesUntold } = this.#context
    const gauges: Record<string, number> = {
      ...((this.#hasSessions || !hidesUntold) && { activeSessions: this.#sessions.count(now) }),
      ...((this.#hasQueued || !hidesUntold) && { queueDepth: state.requests.queuedCount }),
      activeRequests: state.requests.activeCount + activeElsewhere,
      activeCalls: state.calls.activeCount,
    }
    for (const [name, gauge] of this.#gauges) {
      let value: unknown
      try {
        value = typeof gauge === 'function' ? gauge() : gauge
        if (typeof value !== 'number' || !Number.isFinite(value)) {
          throw new TypeError(`a gauge must give a finite number, not ${String(value)}`)
        }
        gauges[name] = value
      } catch (error) {
        delete gauges[name]
        faults.report(`The gauge "${name}"`, error)
      }
    }
    return gauges
  }

  #sampled<Part extends keyof Samplers>(part: Part): ReturnType<Samplers[Part]> | undefined {
    try {
      return this.#samplers[part]?.() as ReturnType<Samplers[Part]> | undefined
    } catch (error) {
      this.#context.faults.report(`The sampler of "${part}"`, error)
      return undefined
    }
  }
}

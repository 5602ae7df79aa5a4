import type { ActivityOptions } from './activity-options.js'
import { ActivityRules } from './activity-rules.js'
import { ActivitySweep } from './activity-sweep.js'
import { CallLinks } from './call-links.js'
import type { Clock } from './clock.js'
import type { EventBus } from './event-bus.js'
import { createToKey } from './item-key.js'
import type { Limits } from './limits.js'
import { LiveCalls } from './live-calls.js'
import { LiveChannels } from './live-channels.js'
import { LiveLog } from './live-log.js'
import { LiveRequests } from './live-requests.js'
import type { BusEvents, CallEndMessage, Delta, RequestEndMessage } from './messages.js'

/** Deltas that listeners of deltas may cause before the outermost one is through. */
const NESTED_LIMIT = 1000

interface Context {
  bus: EventBus<BusEvents>
  clock: Clock
  instance: string
  limits: Limits
  activity: ActivityOptions
}

/**
 * What is true now: applies the bus's messages to the tables and publishes each change as a delta, a complete
 * record under the next sequence number. The one place where sequence numbers are made.
 */
export class LiveState {
  readonly log: LiveLog
  readonly requests: LiveRequests
  readonly calls: LiveCalls
  readonly channels: LiveChannels
  readonly #bus: EventBus<BusEvents>
  readonly #unsubscribe: (() => void)[]
  readonly #links: CallLinks
  readonly #sweep: ActivitySweep
  #seq = 0
  #unpublished: Delta[] = []
  #anomalies = 0

  constructor(context: Context) {
    const { bus, clock, instance } = context
    this.#bus = bus
    const toKey = createToKey(instance)
    const parts = {
      ...context,
      toKey,
      rules: new ActivityRules(context.activity),
      anomaly: () => this.countAnomaly(),
    }
    this.log = new LiveLog(context)
    this.channels = new LiveChannels(parts)
    this.requests = new LiveRequests({
      ...parts,
      publish: (item) => this.#publish({ seq: ++this.#seq, topic: 'request', item }),
      isCarried: (key) => this.#links.isCarried(key),
      ended: ({ key, record, countedAt }) => {
        this.#links.requestEnded(key)
        bus.publish('request.ended', { record, time: countedAt })
      },
      corrected: (correction) => bus.publish('request.corrected', correction),
    })
    this.calls = new LiveCalls({
      ...parts,
      publish: (item) => this.#publish({ seq: ++this.#seq, topic: 'call', item }),
      ended: (call) => {
        bus.publish('call.ended', { record: call.record, time: call.countedAt })
        this.#links.callEnded(call)
      },
      corrected: (correction) => bus.publish('call.corrected', correction),
    })
    this.#links = new CallLinks({ calls: this.calls, requests: this.requests, toKey })
    this.#sweep = new ActivitySweep({ clock, sweep: (now) => this.#sweepActive(now) })
    this.#unsubscribe = [
      bus.subscribe('log', (message) => {
        if (this.#isFlooded()) return
        const seq = ++this.#seq
        this.#publish({ seq, topic: 'log', item: this.log.add(message, seq) })
      }),
      bus.subscribe('request.start', (message) => {
        if (this.#isFlooded()) return
        this.requests.start(message)
        this.#sweep.wake()
      }),
      bus.subscribe('request.update', (message) => {
        if (!this.#isFlooded()) this.requests.update(message)
      }),
      bus.subscribe('request.end', (message) => this.#endRequest(message)),
      bus.subscribe('call.start', (message) => {
        if (this.#isFlooded()) return
        const call = this.calls.start(message)
        if (call !== undefined) this.#links.callStarted(call)
        this.#sweep.wake()
      }),
      bus.subscribe('call.progress', (message) => {
        const call = this.calls.progress(message)
        if (call !== undefined) this.#links.callProgressed(call)
      }),
      bus.subscribe('call.end', (message) => this.#endCall(message)),
      bus.subscribe('call.amend', (message) => {
        if (!this.#isFlooded()) this.calls.amend(message)
      }),
      bus.subscribe('channel', (message) => {
        const item = this.channels.set(message)
        if (item !== undefined) this.#publish({ seq: ++this.#seq, topic: 'channel', item })
      }),
    ]
  }

  /** Number of the newest delta; 0 before the first. */
  get position(): number {
    return this.#seq
  }

  /** Recorder calls that made no sense: twice, out of order, or with values that are not accepted. */
  get anomalies(): number {
    return this.#anomalies
  }

  /** Requests and calls in flight that ended as stale to make room for newer ones. */
  get evicted(): number {
    return this.requests.evicted + this.calls.evicted
  }

  countAnomaly(): void {
    this.#anomalies++
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#sweep.close()
    this.requests.close()
    this.calls.close()
  }

  /** A listener may cause the next delta while this one is being handed out; it has to wait for its turn. */
  #publish(delta: Delta): void {
    this.#unpublished.push(delta)
    if (this.#unpublished.length > 1) return
    for (let i = 0; i < this.#unpublished.length; i++) this.#bus.publish('delta', this.#unpublished[i]!)
    this.#unpublished = []
  }

  /** Calls first: a request lives by those that do well. */
  #sweepActive(now: number): boolean {
    this.calls.sweep(now)
    this.requests.sweep(now)
    return this.calls.activeCount + this.requests.activeCount > 0
  }

  #endRequest(message: RequestEndMessage): void {
    const record = this.requests.end(message)?.record
    if (record === undefined || message.state !== 'error' || message.logged === true) return
    this.#bus.publish('log', {
      level: 'error',
      source: 'request',
      message: `${record.name ?? record.kind}: ${message.error ?? 'failed'}`,
      requestId: record.id,
      session: record.session,
      instance: record.instance,
    })
  }

  #endCall(message: CallEndMessage): void {
    const record = this.calls.end(message)?.record
    if (record === undefined || message.state !== 'error' || message.logged === true) return
    this.#bus.publish('log', {
      level: 'error',
      source: 'model',
      message: `${record.provider} ${record.model}: ${message.error ?? message.errorType ?? 'failed'}`,
      callId: record.id,
      requestId: record.requestId,
      session: record.session,
      instance: record.instance,
    })
  }

  /** A listener that answers each delta with another one would go on for ever. */
  #isFlooded(): boolean {
    const flooded = this.#unpublished.length > NESTED_LIMIT
    if (flooded) this.#anomalies++
    return flooded
  }
}

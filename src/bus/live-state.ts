import type { Clock } from './clock.js'
import type { EventBus } from './event-bus.js'
import type { Limits } from './limits.js'
import { LiveCalls } from './live-calls.js'
import { LiveChannels } from './live-channels.js'
import { LiveLog } from './live-log.js'
import { LiveRequests } from './live-requests.js'
import { ModelSteps } from './model-steps.js'
import type { BusEvents, CallEndMessage, CallStartMessage, Delta, RequestEndMessage } from './messages.js'

/** Deltas that listeners of deltas may cause before the outermost one is through. */
const NESTED_LIMIT = 1000

interface Context {
  bus: EventBus<BusEvents>
  clock: Clock
  instance: string
  limits: Limits
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
  readonly #steps = new ModelSteps()
  #seq = 0
  #unpublished: Delta[] = []
  #anomalies = 0

  constructor(context: Context) {
    const { bus } = context
    this.#bus = bus
    const anomaly = (): void => {
      this.#anomalies++
    }
    this.log = new LiveLog(context)
    this.channels = new LiveChannels(context)
    this.requests = new LiveRequests({
      ...context,
      anomaly,
      publish: (item) => this.#publish({ seq: ++this.#seq, topic: 'request', item }),
      ended: (record) => {
        this.#steps.forget(record.id)
        bus.publish('request.ended', record)
      },
    })
    this.calls = new LiveCalls({
      ...context,
      anomaly,
      publish: (item) => this.#publish({ seq: ++this.#seq, topic: 'call', item }),
      ended: (record) => bus.publish('call.ended', record),
    })
    this.#unsubscribe = [
      bus.subscribe('log', (message) => {
        if (this.#isFlooded()) return
        const seq = ++this.#seq
        this.#publish({ seq, topic: 'log', item: this.log.add(message, seq) })
      }),
      bus.subscribe('request.start', (message) => {
        if (!this.#isFlooded()) this.requests.start(message)
      }),
      bus.subscribe('request.update', (message) => this.requests.update(message)),
      bus.subscribe('request.end', (message) => this.#endRequest(message)),
      bus.subscribe('call.start', (message) => {
        if (!this.#isFlooded()) this.#startCall(message)
      }),
      bus.subscribe('call.progress', (message) => {
        this.calls.progress(message)
        const requestId = this.calls.get(message.id)?.requestId
        if (requestId !== undefined) this.requests.touch(requestId)
      }),
      bus.subscribe('call.end', (message) => this.#endCall(message)),
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

  countAnomaly(): void {
    this.#anomalies++
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
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

  #endRequest(message: RequestEndMessage): void {
    const record = this.requests.isActive(message.id) ? this.requests.get(message.id) : undefined
    this.requests.end(message)
    if (message.state !== 'error' || message.logged === true || record === undefined) return
    this.#bus.publish('log', {
      level: 'error',
      source: 'request',
      message: `${record.name ?? record.kind}: ${message.error ?? 'failed'}`,
      requestId: record.id,
      session: record.session,
    })
  }

  #startCall(message: CallStartMessage): void {
    this.calls.start(message)
    const { requestId, model } = message
    if (requestId === undefined || !this.calls.isActive(message.id) || !this.requests.isActive(requestId))
      return
    const step = this.#steps.begin(requestId, { id: message.id, model }, this.requests.get(requestId)?.step)
    this.requests.update({ id: requestId, activity: 'working', step })
  }

  #endCall(message: CallEndMessage): void {
    const wasActive = this.calls.isActive(message.id)
    this.calls.end(message)
    const call = this.calls.get(message.id)
    if (call === undefined || !wasActive) return
    if (call.requestId !== undefined) this.#endModelStep(call.requestId, call.id)
    if (message.state !== 'error') return
    this.#bus.publish('log', {
      level: 'error',
      source: 'model',
      message: `${call.provider} ${call.model}: ${message.error ?? message.errorType ?? 'failed'}`,
      callId: call.id,
      requestId: call.requestId,
      session: call.session,
    })
  }

  #endModelStep(requestId: string, callId: string): void {
    const step = this.#steps.end(requestId, callId)
    // A step that the host has set meanwhile is newer than the call.
    const isCall = this.requests.get(requestId)?.step?.kind === 'model'
    if (step !== undefined && isCall && this.requests.isActive(requestId))
      this.requests.update({ id: requestId, step })
  }

  /** A listener that answers each delta with another one would go on for ever. */
  #isFlooded(): boolean {
    const flooded = this.#unpublished.length > NESTED_LIMIT
    if (flooded) this.#anomalies++
    return flooded
  }
}

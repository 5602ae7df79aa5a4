import type { Clock } from './clock.js'
import type { EventBus } from './event-bus.js'
import type { Limits } from './limits.js'
import { LiveCalls } from './live-calls.js'
import { LiveChannels } from './live-channels.js'
import { LiveLog } from './live-log.js'
import { LiveRequests } from './live-requests.js'
import type { BusEvents, CallEndMessage, CallStartMessage, Delta, RequestEndMessage } from './messages.js'

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
  #seq = 0
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
      ended: (record) => bus.publish('request.ended', record),
    })
    this.calls = new LiveCalls({
      ...context,
      anomaly,
      publish: (item) => this.#publish({ seq: ++this.#seq, topic: 'call', item }),
      ended: (record) => bus.publish('call.ended', record),
    })
    this.#unsubscribe = [
      bus.subscribe('log', (message) => {
        const seq = ++this.#seq
        this.#publish({ seq, topic: 'log', item: this.log.add(message, seq) })
      }),
      bus.subscribe('request.start', (message) => this.requests.start(message)),
      bus.subscribe('request.update', (message) => this.requests.update(message)),
      bus.subscribe('request.end', (message) => this.#endRequest(message)),
      bus.subscribe('call.start', (message) => this.#startCall(message)),
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

  #publish(delta: Delta): void {
    this.#bus.publish('delta', delta)
  }

  #endRequest(message: RequestEndMessage): void {
    const record = this.requests.isActive(message.id) ? this.requests.get(message.id) : undefined
    this.requests.end(message)
    if (message.state !== 'error' || record === undefined) return
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
    if (requestId !== undefined && this.calls.isActive(message.id) && this.requests.isActive(requestId)) {
      this.requests.update({ id: requestId, activity: 'working', step: { kind: 'model', name: model } })
    }
  }

  #endCall(message: CallEndMessage): void {
    const wasActive = this.calls.isActive(message.id)
    this.calls.end(message)
    const call = this.calls.get(message.id)
    if (call === undefined || !wasActive) return
    if (call.requestId !== undefined) this.#endModelStep(call.requestId, call.model)
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

  #endModelStep(requestId: string, model: string): void {
    const step = this.requests.get(requestId)?.step
    if (step?.kind === 'model' && step.name === model) this.requests.update({ id: requestId, step: null })
  }
}

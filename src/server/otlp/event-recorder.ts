import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import type { AgentEvent } from './agent-event.js'
import { DURATION, PROVIDER_REQUEST } from './attribute-names.js'
import { numberOf, textOf } from './attributes.js'
import { SOURCE, toCallEnd } from './call-recorder.js'
import { CodexCalls } from './codex-calls.js'
import { eventToCall, toEventFailure } from './event-to-call.js'
import type { ModelCall } from './model-call.js'
import type { RecentKeys } from './recent-keys.js'
import type { Attributes } from './telemetry.js'

/** Where and when an event happened. */
export interface EventContext {
  instance: string
  /** Epoch milliseconds. */
  time: number
  /** The request that it belongs to, when spans told of one. */
  requestId: string | undefined
}

/** Records what the events of coding agents tell of model calls. */
export class EventRecorder {
  readonly #bus: EventBus<BusEvents>
  readonly #providerRequests: RecentKeys
  readonly #codex: CodexCalls
  #lastId = 0

  /** `providerRequests`: ids of requests that a span may have told of. */
  constructor(bus: EventBus<BusEvents>, providerRequests: RecentKeys) {
    this.#bus = bus
    this.#providerRequests = providerRequests
    this.#codex = new CodexCalls(bus, this)
  }

  /** Records an event. Returns false for one that tells of no call: it is a line of the log. */
  record({ agent, name }: AgentEvent, attributes: Attributes, context: EventContext): boolean {
    if (agent === 'codex') return this.#codex.record(name, attributes, context)
    const isError = name === 'api_error'
    if (!isError && name !== (agent === 'claude_code' ? 'api_request' : 'api_response')) return false
    const request = textOf(attributes, [PROVIDER_REQUEST])
    if (agent === 'claude_code' && request !== undefined && !this.#providerRequests.add(request)) return true
    const duration = Math.max(0, numberOf(attributes, DURATION) ?? 0)
    const call = eventToCall(agent, attributes, duration)
    const failure = toEventFailure(attributes)
    call.failure = isError ? (failure ?? { type: '_OTHER', message: 'failed' }) : failure
    const id = this.start(call, context, duration)
    this.end(id, call, context, duration)
    return true
  }

  /** Has a call begin `ago` milliseconds before the event. Returns its id. */
  start(call: ModelCall, { instance, time, requestId }: EventContext, ago: number): string {
    const id = `event_${(++this.#lastId).toString(36)}`
    this.#bus.publish('call.start', {
      id,
      instance,
      provider: call.provider,
      model: call.model,
      requestId,
      session: call.session,
      operation: call.operation,
      streaming: call.streaming,
      startedAt: Math.round(time - ago),
      source: SOURCE,
    })
    return id
  }

  end(id: string, call: ModelCall, { instance, time }: EventContext, duration: number): void {
    this.#bus.publish('call.end', { id, instance, ...toCallEnd(call), endedAt: Math.round(time), duration })
  }
}

import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import { DURATION } from './attribute-names.js'
import { numberOf, textOf } from './attributes.js'
import type { EventContext } from './event-recorder.js'
import { eventToCall, toEventFailure } from './event-to-call.js'
import { hasTokens, type ModelCall } from './model-call.js'
import type { Attributes } from './telemetry.js'

/** Conversations with a call in flight; the one that began first makes room. */
const RUNNING_LIMIT = 200
/** What Codex asks beside models, such as the list of them. */
const MODEL_ENDPOINT = /responses|completions|compact|unknown/
const REQUEST_EVENTS = new Set(['api_request', 'websocket_request'])

interface RunningCall {
  id: string
  call: ModelCall
  context: EventContext
  start: number
  hasFirstToken: boolean
}

interface CallWriter {
  start(call: ModelCall, context: EventContext, ago: number): string
  end(id: string, call: ModelCall, context: EventContext, duration: number): void
}

/**
 * Codex tells of a call in pieces: one event when the answer begins, one for each piece of its stream, and one with
 * the tokens when it is complete.
 */
export class CodexCalls {
  readonly #bus: EventBus<BusEvents>
  readonly #writer: CallWriter
  /** By instance and conversation, which has one call at a time. */
  readonly #running = new Map<string, RunningCall>()

  constructor(bus: EventBus<BusEvents>, writer: CallWriter) {
    this.#bus = bus
    this.#writer = writer
  }

  /** Returns whether the event was about a call. */
  record(name: string, attributes: Attributes, context: EventContext): boolean {
    const key = `${context.instance}\n${textOf(attributes, ['conversation.id']) ?? ''}`
    if (REQUEST_EVENTS.has(name)) return this.#begin(key, attributes, context)
    if (name !== 'sse_event') return false
    this.#goOn(key, attributes, context)
    return true
  }

  #begin(key: string, attributes: Attributes, context: EventContext): boolean {
    if (!MODEL_ENDPOINT.test(textOf(attributes, ['endpoint']) ?? 'unknown')) return false
    const duration = Math.max(0, numberOf(attributes, DURATION) ?? 0)
    const call = eventToCall('codex', attributes, duration)
    call.failure = toEventFailure(attributes)
    this.#giveUp(key)
    const id = this.#writer.start(call, context, duration)
    if (call.failure !== undefined) {
      this.#writer.end(id, call, context, duration)
      return true
    }
    this.#running.set(key, { id, call, context, start: context.time - duration, hasFirstToken: false })
    if (this.#running.size > RUNNING_LIMIT) this.#giveUp(this.#running.keys().next().value!)
    return true
  }

  #goOn(key: string, attributes: Attributes, context: EventContext): void {
    const kind = textOf(attributes, ['event.kind']) ?? ''
    const failure = toEventFailure(attributes)
    const running = this.#running.get(key)
    const duration = Math.max(
      0,
      running ? context.time - running.start : (numberOf(attributes, DURATION) ?? 0),
    )
    const call = eventToCall('codex', attributes, duration)
    call.failure = failure
    // The stream's own last event has no tokens; another one with them follows it.
    const isEnd = failure !== undefined || (kind === 'response.completed' && hasTokens(call.tokens))
    if (isEnd) {
      this.#running.delete(key)
      const id = running?.id ?? this.#writer.start(call, context, duration)
      this.#writer.end(id, call, context, duration)
    } else if (running !== undefined) {
      running.context = context
      if (running.hasFirstToken || !kind.endsWith('.delta')) return
      running.hasFirstToken = true
      const { instance } = context
      this.#bus.publish('call.progress', { id: running.id, instance, timeToFirstToken: duration })
    }
  }

  /** Ends a call whose end was never told, when it was last heard of. */
  #giveUp(key: string): void {
    const running = this.#running.get(key)
    if (running === undefined) return
    this.#running.delete(key)
    const { id, call, context, start } = running
    this.#writer.end(id, call, context, Math.max(0, context.time - start))
  }
}

import type { Clock } from '../../bus/clock.js'
import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import { toName, toPlainFields, toText } from '../../bus/plain.js'
import type { Fields, Level } from '../../bus/protocol.js'
import { isTime } from '../intake/time.js'
import { agentEventOf, eventNameOf, type AgentEvent } from './agent-event.js'
import { toPlainValue } from './attributes.js'
import { isContentEvent, isContentOfAgentEvent } from './content.js'
import type { Steps } from './decode-envelope.js'
import { EventRecorder } from './event-recorder.js'
import { toService, type Instances } from './instances.js'
import { toSession } from './model-call.js'
import type { RecentKeys } from './recent-keys.js'
import type { LogRecord } from './telemetry.js'
import type { TraceMemory } from './trace-memory.js'

interface Context {
  bus: EventBus<BusEvents>
  clock: Clock
  instances: Instances
  traces: TraceMemory
  providerRequests: RecentKeys
  /** Whether what was said to models may be shown. */
  keepsContent: boolean
}

interface Place {
  callId?: string | undefined
  requestId?: string | undefined
  session?: string | undefined
}

/** By the text, for records without a number. */
const LEVELS: readonly (readonly [RegExp, Level])[] = [
  [/^trace/i, 'trace'],
  [/^debug/i, 'debug'],
  [/^warn/i, 'warn'],
  [/^(err|severe)/i, 'error'],
  [/^(fatal|crit|emerg|alert|panic)/i, 'fatal'],
]
/** By the number: four for each level, from 1. */
const NUMBERED_LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Records log records as lines of the log, and those events that tell of model calls as calls. */
export class LogRecorder {
  readonly #context: Context
  readonly #events: EventRecorder

  constructor(context: Context) {
    this.#context = context
    this.#events = new EventRecorder(context.bus, context.providerRequests)
  }

  /** Records the records of one body, in steps. */
  *record(records: readonly LogRecord[]): Steps<void> {
    for (const record of records) {
      yield
      this.#record(record)
    }
  }

  #record(record: LogRecord): void {
    const { bus, clock, instances } = this.#context
    const instance = instances.nameOf(record.origin.resource, clock.monotonic())
    const now = clock.now()
    const told = [record.time, record.observedTime].find(isTime) ?? now
    const time = Math.min(now, told)
    const { callId, requestId, session } = this.#placeOf(record, instance)
    const event = agentEventOf(record)
    if (event && this.#events.record(event, record.attributes, { instance, time, requestId })) return
    bus.publish('log', {
      level: toLevel(record),
      source: toSource(record),
      message: this.#messageOf(record),
      time: Math.round(time),
      instance,
      callId,
      requestId,
      session: toSession(record.attributes) ?? session,
      fields: this.#fieldsOf(record, event),
    })
  }

  /** The call, request and session that a record belongs to, as far as spans have told of them. */
  #placeOf({ traceId, spanId }: LogRecord, instance: string): Place {
    const trace = traceId === undefined ? undefined : this.#context.traces.find(traceId)
    if (trace === undefined || spanId === undefined) return {}
    const span = trace.find(spanId) ?? { spanId, state: 'named', instance }
    const isOwn = span.request !== undefined && span.instance === instance
    const request = isOwn ? span : trace.requestOf(span, instance)
    return {
      callId: span.call?.isShown === true ? spanId : undefined,
      requestId: request?.spanId,
      session: request?.request?.session,
    }
  }

  #messageOf(record: LogRecord): string {
    const { body } = record
    const eventName = eventNameOf(record)
    const isContent = isContentEvent(eventName) || (typeof body === 'object' && isAboutModels(record))
    if (body === undefined || body === '' || (isContent && !this.#context.keepsContent))
      return toText(eventName)
    return toText(typeof body === 'object' ? JSON.stringify(toPlainValue(body)) : body)
  }

  #fieldsOf({ attributes }: LogRecord, event: AgentEvent | undefined): Fields | undefined {
    const dropsMore = event !== undefined && !this.#context.keepsContent
    const kept = [...attributes].filter(([name]) => !dropsMore || !isContentOfAgentEvent(name))
    if (kept.length === 0) return undefined
    return toPlainFields(Object.fromEntries(kept.map(([name, value]) => [name, toPlainValue(value)])))
  }
}

/** A structured body beside attributes of a model call is what was said. */
function isAboutModels({ attributes }: LogRecord): boolean {
  for (const name of attributes.keys()) if (name.startsWith('gen_ai.')) return true
  return false
}

function toSource({ origin }: LogRecord): string {
  return origin.scope === '' ? (toService(origin.resource) ?? 'otlp') : toName(origin.scope)!
}

function toLevel({ severity, severityText }: LogRecord): Level {
  const numbered = NUMBERED_LEVELS[Math.ceil(severity / 4) - 1]
  return numbered ?? LEVELS.find(([pattern]) => pattern.test(severityText))?.[1] ?? 'info'
}

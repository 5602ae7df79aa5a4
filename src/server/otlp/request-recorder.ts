import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import { durationOf, toMeasuredEnd, type SpanWork } from './span-work.js'
import { toFailure } from './span-to-call.js'
import { spanToRequest, toOutcome, toToolName } from './span-to-request.js'

/** The least HTTP status that is a tool's failure. */
const LEAST_TOOL_FAILURE = 400

/** Records units of work that came in, and the tools that they use. */
export class RequestRecorder {
  readonly #bus: EventBus<BusEvents>

  constructor(bus: EventBus<BusEvents>) {
    this.#bus = bus
  }

  /** Has other spans of its trace find a request. To be done for all requests of a batch before one is recorded. */
  note({ trace, known }: SpanWork): void {
    known.request ??= { isShown: false, session: undefined }
    trace.addRequest(known)
  }

  record(work: SpanWork): void {
    const { span, role, known, instance, start } = work
    const noted = known.request!
    const request = spanToRequest(span, role)
    noted.session = request.session ?? noted.session
    const identity = { id: span.spanId, instance }
    if (!noted.isShown) {
      noted.isShown = true
      this.#bus.publish('request.start', {
        ...identity,
        ...request,
        session: noted.session,
        startedAt: Math.round(start),
      })
    }
    if (work.end === undefined) return
    const { state, failure } = toOutcome(span)
    this.#bus.publish('request.end', { ...identity, state, error: failure?.message, ...toMeasuredEnd(work) })
  }

  /** A tool at work is what its request does; one that is through is a line of the log. */
  recordTool(work: SpanWork): void {
    const { span, trace, known, instance } = work
    const request = trace.requestOf(known, instance)
    const name = toToolName(span)
    if (request?.request?.isShown === true && request.state === 'running') {
      if (work.end === undefined) {
        request.request.toolSpanId = span.spanId
        const step = { kind: 'tool', name }
        this.#bus.publish('request.update', { id: request.spanId, instance, activity: 'working', step })
      } else if (request.request.toolSpanId === span.spanId) {
        request.request.toolSpanId = undefined
        this.#bus.publish('request.update', { id: request.spanId, instance, step: null })
      }
    }
    const duration = durationOf(work)
    if (duration === undefined) return
    const failure = toFailure(span, LEAST_TOOL_FAILURE)
    const time = `${duration < 10 ? duration : Math.round(duration)} ms`
    this.#bus.publish('log', {
      level: failure === undefined ? 'info' : 'error',
      source: 'tool',
      message:
        failure === undefined ? `${name}: ${time}` : `${name} failed after ${time}: ${failure.message}`,
      time: Math.round(work.end!),
      instance,
      requestId: request?.spanId,
      session: request?.request?.session,
      fields: { tool: name, duration, ...(failure && { errorType: failure.type }) },
    })
  }
}

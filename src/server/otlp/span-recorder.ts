import type { Clock } from '../../bus/clock.js'
import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import { textOf } from './attributes.js'
import { PENDING, PENDING_PARENT, PROVIDER_REQUEST } from './attribute-names.js'
import { CallRecorder } from './call-recorder.js'
import type { ContentLog } from './content-log.js'
import type { Steps } from './decode-envelope.js'
import type { Instances } from './instances.js'
import type { RecentKeys } from './recent-keys.js'
import { RequestRecorder } from './request-recorder.js'
import { roleOf, type SpanRole } from './span-role.js'
import type { SpanWork } from './span-work.js'
import type { Span } from './telemetry.js'
import type { TraceMemory } from './trace-memory.js'

interface Context {
  bus: EventBus<BusEvents>
  clock: Clock
  instances: Pick<Instances, 'nameOf'>
  traces: TraceMemory
  /** Provider's ids of requests that an event may have told of. */
  providerRequests: RecentKeys
  content: ContentLog | undefined
  /** Which source saw the calls. Default: `otlp`. */
  source?: string
}

const ZEROS = /^0*$/
/** Spans of Claude Code that tell of the same call as one of its events. */
const TOLD_TWICE = 'claude_code.llm_request'

/** Records spans as calls, requests and tool work. */
export class SpanRecorder {
  readonly #context: Context
  readonly #calls: CallRecorder
  readonly #requests: RequestRecorder

  constructor(context: Context) {
    this.#context = context
    this.#calls = new CallRecorder(context)
    this.#requests = new RequestRecorder(context.bus)
  }

  /**
   * Records the spans of one body, in steps. Children mostly come before their parents, so first everything learns of
   * everything. Requests that run are there before what belongs to them, those that have ended come last.
   */
  *record(spans: readonly Span[]): Steps<void> {
    const running: SpanWork[] = []
    const ended: SpanWork[] = []
    for (const span of spans) {
      yield
      const work = this.#note(span)
      if (work !== undefined) (work.end === undefined ? running : ended).push(work)
    }
    ended.sort((a, b) => a.end! - b.end!)
    yield* this.#each(running.filter(isRequest))
    yield* this.#each(running.filter((work) => !isRequest(work)))
    yield* this.#each(ended.filter((work) => !isRequest(work)))
    yield* this.#each(ended.filter(isRequest))
  }

  *#each(works: readonly SpanWork[]): Steps<void> {
    for (const work of works) {
      yield
      this.#record(work)
    }
  }

  #record(work: SpanWork): void {
    const { role } = work
    const { content } = this.#context
    if (role === 'usage') this.#calls.recordUsage(work)
    else if (role === 'call') {
      if (this.#calls.record(work)) content?.showSpan(work, work.span.spanId)
    } else if (role === 'tool') {
      this.#requests.recordTool(work)
      content?.showSpan(work, undefined)
    } else this.#requests.record(work)
  }

  /** Remembers a span. Returns what is to be recorded, or undefined when that is nothing, or is recorded already. */
  #note(raw: Span): SpanWork | undefined {
    const { clock, instances, traces } = this.#context
    const time = clock.monotonic()
    const span = unfoldPending(raw)
    const instance = instances.nameOf(span.origin.resource, time)
    return traces.use(span.traceId, time, (trace) => {
      const known = trace.open(span.spanId)
      const isRunning = span.end === 0
      if (known.state === 'ended' || (known.state === 'running' && isRunning)) return undefined
      known.state = isRunning ? 'running' : 'ended'
      known.instance = instance
      if (known.parentSpanId === undefined && span.parentSpanId !== undefined) {
        known.parentSpanId = span.parentSpanId
        trace.open(span.parentSpanId)
        for (const call of known.callsBelow ?? []) trace.passOn(known, call)
      }
      const role = this.#roleOf(span, known.call !== undefined, known.request !== undefined)
      if (role === 'other') return undefined
      const work = { span, role, trace, known, instance, ...toTimes(span, clock.now()) }
      if (role === 'call') this.#calls.note(work)
      else if (isRequest(work)) this.#requests.note(work)
      return work
    })
  }

  /** What was shown as one thing while it ran ends as that, whatever else became known of it. */
  #roleOf(span: Span, isKnownCall: boolean, isKnownRequest: boolean): SpanRole {
    const role = roleOf(span)
    if (isKnownCall) return 'call'
    if (isKnownRequest && !isRequest({ role })) return 'agent'
    const providerRequest = span.name === TOLD_TWICE ? textOf(span.attributes, [PROVIDER_REQUEST]) : undefined
    return providerRequest === undefined || this.#context.providerRequests.add(providerRequest)
      ? role
      : 'other'
  }
}

function isRequest({ role }: { role: SpanRole }): boolean {
  return role === 'agent' || role === 'message' || role === 'server' || role === 'consumer'
}

/** Logfire tells of a span that runs by a child of it that has ended, which stands for it. */
function unfoldPending(span: Span): Span {
  if (textOf(span.attributes, [PENDING]) !== 'pending_span' || span.parentSpanId === undefined) return span
  const { parentSpanId: spanId, ...rest } = span
  const parentSpanId = textOf(span.attributes, [PENDING_PARENT]) ?? ''
  return { ...rest, spanId, end: 0, ...(!ZEROS.test(parentSpanId) && { parentSpanId }) }
}

/** The times of a span. One whose clock is ahead of this one is moved back as a whole. */
function toTimes({ start, end }: Span, now: number): { start: number; end: number | undefined } {
  if (end === 0) return { start: start === 0 ? now : Math.min(start, now), end: undefined }
  const ahead = Math.max(0, end - now)
  return { start: start - ahead, end: end - ahead }
}

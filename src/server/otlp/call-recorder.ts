import type { Clock } from '../../bus/clock.js'
import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents, TokenCounts } from '../../bus/messages.js'
import { hasTokens, modelsOf, toModels, toTokenCounts, type ModelCall } from './model-call.js'
import { areSameModel } from './same-model.js'
import { durationOf, toMeasuredEnd, type SpanWork } from './span-work.js'
import { spanToCall } from './span-to-call.js'
import type { KnownCall, KnownSpan, Trace } from './trace-memory.js'
import { WaitingList } from './waiting-list.js'

/** Which source saw the calls. */
export const SOURCE = 'otlp'

/** Milliseconds that usage waits for the span of its call: three times as long as exporters hold spans back. */
const PATIENCE = 15_000

interface Context {
  bus: EventBus<BusEvents>
  clock: Clock
  /** Which source saw the calls. Default: `otlp`. */
  source?: string
}

/** Records the model calls of spans: each once, however many spans tell of it. */
export class CallRecorder {
  readonly #bus: EventBus<BusEvents>
  readonly #source: string
  readonly #waiting: WaitingList

  constructor({ bus, clock, source = SOURCE }: Context) {
    this.#bus = bus
    this.#source = source
    this.#waiting = new WaitingList(clock, PATIENCE)
  }

  /** Has the spans around a call know of it. To be done for all calls of a batch before one is recorded. */
  note(work: SpanWork): void {
    const { span, trace, known, end } = work
    if (known.call === undefined) {
      known.call = toKnownCall(work)
      trace.addCall(known, known.call)
    } else Object.assign(known.call, { models: modelsOf(toModels(span.attributes)), end: end ?? 0 })
  }

  /** Records a call, unless another span tells of it, further in or shown already. Returns whether it was recorded. */
  record(work: SpanWork): boolean {
    const { span, trace, known } = work
    const noted = known.call!
    if (noted.isTold) return false
    const call = spanToCall(span, durationOf(work))
    if (!noted.isShown) {
      const inner = known.callsBelow?.filter((below) => isSameCall(noted, below)) ?? []
      if (inner.length > 0) {
        this.#giveTokens(trace, call.tokens, inner)
        return false
      }
      if (isShownAround(trace, known)) return false
      // Its usage, for which it comes too late, was shown in its place.
      noted.isTold = trace.takeStandIn(({ models }) => areSameModel(models, noted.models)) !== undefined
      if (noted.isTold) return false
      this.#start(work, call)
    }
    if (work.end !== undefined) this.#end(work, call)
    return true
  }

  /**
   * Joins the tokens of a span of their own with the call of the same trace and model, whichever came first. Without such
   * a call they become one.
   */
  recordUsage(work: SpanWork): void {
    const { span, trace } = work
    const models = modelsOf(toModels(span.attributes))
    const tokens = toTokenCounts(span.attributes, false)
    if (!hasTokens(tokens) || work.end === undefined) return
    const call = trace.findCall((call) => lacksTokens(call) && areSameModel(call.models, models))
    if (call !== undefined) return this.#amend(call, tokens)
    const usage = { models, tokens }
    trace.addUsage(usage)
    this.#waiting.add(() => {
      // Beside a call that knows its tokens, or failed, or runs, it is the sum of calls that are counted already.
      const isAlone = trace.findCall((call) => areSameModel(call.models, models)) === undefined
      if (isAlone && trace.takeUsage((each) => each === usage) !== undefined) this.#standIn(work)
    })
  }

  /** Shows usage as the call that it is of. */
  #standIn(work: SpanWork): void {
    const { trace, known, span } = work
    const call = spanToCall(span, durationOf(work))
    known.call = toKnownCall(work)
    trace.addStandIn(known.call)
    this.#start(work, call)
    this.#end(work, call)
  }

  /** LangChain knows the tokens of a stream that its OpenAI client does not. */
  #giveTokens(trace: Trace, tokens: TokenCounts, inner: KnownCall[]): void {
    if (!hasTokens(tokens) || inner.some((call) => call.hasTokens)) return
    const ended = inner.findLast(lacksTokens)
    const running = inner.find(({ isShown, end }) => isShown && end === 0)
    if (ended !== undefined) this.#amend(ended, tokens)
    else if (running !== undefined) trace.addUsage({ models: running.models, tokens })
  }

  #amend(call: KnownCall, tokens: TokenCounts): void {
    call.hasTokens = true
    this.#bus.publish('call.amend', { id: call.spanId, instance: call.instance, ...tokens })
  }

  #start({ span, trace, known, instance, start }: SpanWork, call: ModelCall): void {
    const request = trace.requestOf(known, instance)
    if (request?.request !== undefined) request.request.session ??= call.session
    known.call!.isShown = true
    this.#bus.publish('call.start', {
      id: span.spanId,
      instance,
      provider: call.provider,
      model: call.model,
      requestId: request?.spanId,
      session: call.session ?? request?.request?.session,
      operation: call.operation,
      streaming: call.streaming,
      startedAt: Math.round(start),
      source: this.#source,
    })
  }

  #end(work: SpanWork, call: ModelCall): void {
    const { trace, known, instance } = work
    const noted = known.call!
    let { tokens } = call
    noted.hasFailed = call.failure !== undefined
    if (!hasTokens(tokens) && !noted.hasFailed) {
      tokens = trace.takeUsage(({ models }) => areSameModel(models, noted.models))?.tokens ?? tokens
    }
    noted.hasTokens = hasTokens(tokens)
    this.#bus.publish('call.end', {
      id: noted.spanId,
      instance,
      ...toCallEnd(call, tokens),
      ...toMeasuredEnd(work),
    })
  }
}

/** The end of a call, but for its id and times. */
export function toCallEnd(
  call: ModelCall,
  tokens: TokenCounts = call.tokens,
): Omit<BusEvents['call.end'], 'id'> {
  const { failure } = call
  return {
    state: failure === undefined ? 'ok' : 'error',
    ...tokens,
    finishReason: call.finishReason,
    httpStatus: call.httpStatus,
    errorType: failure?.type,
    error: failure?.message,
    timeToFirstToken: call.timeToFirstToken,
    model: call.answeredBy,
    streaming: call.streaming,
  }
}

function toKnownCall({ span, instance, start, end }: SpanWork): KnownCall {
  return {
    spanId: span.spanId,
    instance,
    models: modelsOf(toModels(span.attributes)),
    start,
    end: end ?? 0,
    isShown: false,
    isTold: false,
    hasTokens: false,
    hasFailed: false,
  }
}

/** Whether a call further in is this one. What began after its end is another, made by whoever waited for it. */
function isSameCall(outer: KnownCall, inner: KnownCall): boolean {
  return areSameModel(outer.models, inner.models) && (outer.end === 0 || inner.start <= outer.end)
}

function isShownAround(trace: Trace, known: KnownSpan): boolean {
  for (const { call } of trace.ancestorsOf(known)) {
    if (call?.isShown === true && isSameCall(call, known.call!)) return true
  }
  return false
}

function lacksTokens({ isShown, end, hasTokens, hasFailed }: KnownCall): boolean {
  return isShown && end !== 0 && !hasTokens && !hasFailed
}

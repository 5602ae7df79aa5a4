import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents, TokenCounts } from '../../bus/messages.js'
import { hasTokens, modelsOf, toModels, toTokenCounts, type ModelCall } from './model-call.js'
import { areSameModel } from './same-model.js'
import { durationOf, toMeasuredEnd, type SpanWork } from './span-work.js'
import { spanToCall } from './span-to-call.js'
import type { KnownCall, KnownSpan, Trace } from './trace-memory.js'

/** Which source saw the calls. */
export const SOURCE = 'otlp'

/** Records the model calls of spans: each once, however many spans tell of it. */
export class CallRecorder {
  readonly #bus: EventBus<BusEvents>
  readonly #source: string

  constructor(bus: EventBus<BusEvents>, source = SOURCE) {
    this.#bus = bus
    this.#source = source
  }

  /** Has the spans around a call know of it. To be done for all calls of a batch before one is recorded. */
  note({ span, trace, known, instance, start, end }: SpanWork): void {
    const models = modelsOf(toModels(span.attributes))
    if (known.call !== undefined) {
      Object.assign(known.call, { models, end: end ?? 0 })
      return
    }
    known.call = {
      spanId: span.spanId,
      instance,
      models,
      start,
      end: end ?? 0,
      isShown: false,
      hasTokens: false,
      hasFailed: false,
    }
    trace.addCall(known, known.call)
  }

  /** Records a call, unless another span tells of it, further in or shown already. Returns whether it was recorded. */
  record(work: SpanWork): boolean {
    const { span, trace, known } = work
    const noted = known.call!
    const call = spanToCall(span, durationOf(work))
    if (!noted.isShown) {
      const inner = known.callsBelow?.filter((below) => isSameCall(noted, below)) ?? []
      if (inner.length > 0) {
        this.#giveTokens(trace, call.tokens, inner)
        return false
      }
      if (isShownAround(trace, known)) return false
      this.#start(work, call)
    }
    if (work.end !== undefined) this.#end(work, call)
    return true
  }

  /** Joins the tokens of a span of their own with the call of the same trace and model, whichever came first. */
  recordUsage({ span, trace }: SpanWork): void {
    const models = modelsOf(toModels(span.attributes))
    const tokens = toTokenCounts(span.attributes, false)
    if (!hasTokens(tokens)) return
    const call = trace.findCall((call) => lacksTokens(call) && areSameModel(call.models, models))
    if (call === undefined) trace.addUsage({ models, tokens })
    else this.#amend(call, tokens)
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

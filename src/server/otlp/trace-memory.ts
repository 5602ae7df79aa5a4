import type { TokenCounts } from '../../bus/messages.js'

/** Traces remembered, spans of one, and spans of all; the ones that are silent for longest are forgotten. */
const TRACES_LIMIT = 2000
const SPANS_OF_TRACE_LIMIT = 1000
const SPANS_LIMIT = 30_000
/** Milliseconds after which a silent trace is forgotten. */
const IDLE_LIMIT = 10 * 60_000
/** Ancestors looked at: what a span names as its parent may be itself, over a few corners. */
const ANCESTORS_LIMIT = 64
/** Model calls remembered of one trace and below one span, and usages that wait for their call. */
const CALLS_LIMIT = 64
const CALLS_BELOW_LIMIT = 16
const USAGES_LIMIT = 32

/** What is remembered of a model call that spans told of. */
export interface KnownCall {
  spanId: string
  instance: string
  models: string[]
  start: number
  /** 0 while it runs. */
  end: number
  /** It is in the feed. */
  isShown: boolean
  /** Something else in the feed tells of it. */
  isTold: boolean
  hasTokens: boolean
  hasFailed: boolean
}

/** What is remembered of a request. */
export interface KnownRequest {
  /** It is in the feed. */
  isShown: boolean
  session: string | undefined
  /** The span of the tool that is at work. */
  toolSpanId?: string | undefined
}

/** What is remembered of a span, for those that come later. */
export interface KnownSpan {
  spanId: string
  /** Known only as a parent until the span itself has come. */
  state: 'named' | 'running' | 'ended'
  instance: string
  parentSpanId?: string
  call?: KnownCall
  request?: KnownRequest
  /** Model calls below it, the newest last. */
  callsBelow?: KnownCall[]
}

/** Tokens that came on a span of their own. */
export interface Usage {
  models: string[]
  tokens: TokenCounts
}

/**
 * One trace: its spans come late and in any order, children before their parents, so that what came before is
 * remembered for a while.
 */
export class Trace {
  lastSeen = 0
  /** The one that is silent for longest comes first. */
  readonly #spans = new Map<string, KnownSpan>()
  /** The latest request of each instance that is known. Most traces need none of these four. */
  #requests: Map<string, KnownSpan> | undefined
  #calls: KnownCall[] | undefined
  #usages: Usage[] | undefined
  /** Usages that are shown as calls, until the call comes after all. */
  #standIns: KnownCall[] | undefined

  get size(): number {
    return this.#spans.size
  }

  find(spanId: string): KnownSpan | undefined {
    return this.#spans.get(spanId)
  }

  /** The span, new or known, which from now on is the last of its trace to be forgotten. */
  open(spanId: string): KnownSpan {
    const span = this.#spans.get(spanId) ?? { spanId, state: 'named', instance: '' }
    this.#spans.delete(spanId)
    this.#spans.set(spanId, span)
    if (this.#spans.size > SPANS_OF_TRACE_LIMIT) this.#spans.delete(this.#spans.keys().next().value!)
    return span
  }

  /** The spans around this one that are known, the nearest first. */
  *ancestorsOf(span: KnownSpan): Iterable<KnownSpan> {
    let { parentSpanId } = span
    for (let i = 0; parentSpanId !== undefined && i < ANCESTORS_LIMIT; i++) {
      const ancestor = this.#spans.get(parentSpanId)
      if (ancestor === undefined) return
      yield ancestor
      parentSpanId = ancestor.parentSpanId
    }
  }

  /** Has the spans around a call know of it, also those that have not come yet. */
  addCall(span: KnownSpan, call: KnownCall): void {
    push((this.#calls ??= []), call, CALLS_LIMIT)
    this.passOn(span, call)
  }

  /** Has the spans around a span know of a call below it. */
  passOn(span: KnownSpan, call: KnownCall): void {
    for (const ancestor of this.ancestorsOf(span)) {
      const calls = (ancestor.callsBelow ??= [])
      if (!calls.includes(call)) push(calls, call, CALLS_BELOW_LIMIT)
    }
  }

  addRequest(span: KnownSpan): void {
    this.#requests ??= new Map()
    this.#requests.set(span.instance, span)
  }

  /** The request that a span belongs to: the nearest around it, else one of its trace, of the same instance. */
  requestOf(span: KnownSpan, instance: string): KnownSpan | undefined {
    for (const ancestor of this.ancestorsOf(span)) {
      if (ancestor.request !== undefined && ancestor.instance === instance) return ancestor
    }
    const request = this.#requests?.get(instance)
    return request === span ? undefined : request
  }

  /** The newest call that `accepts` takes. */
  findCall(accepts: (call: KnownCall) => boolean): KnownCall | undefined {
    return this.#calls?.findLast(accepts)
  }

  addUsage(usage: Usage): void {
    push((this.#usages ??= []), usage, USAGES_LIMIT)
  }

  /** Takes the oldest usage that `accepts` takes. */
  takeUsage(accepts: (usage: Usage) => boolean): Usage | undefined {
    return take(this.#usages, accepts)
  }

  addStandIn(call: KnownCall): void {
    push((this.#standIns ??= []), call, USAGES_LIMIT)
  }

  /** Takes the oldest call that is shown in place of another and that `accepts` takes. */
  takeStandIn(accepts: (call: KnownCall) => boolean): KnownCall | undefined {
    return take(this.#standIns, accepts)
  }
}

/** The traces of late, bounded in number, size and age. */
export class TraceMemory {
  /** The one that is silent for longest comes first. */
  readonly #traces = new Map<string, Trace>()
  #spanCount = 0

  find(traceId: string): Trace | undefined {
    return this.#traces.get(traceId)
  }

  /** Lets `use` work with the trace, new or known, which from now on is the last to be forgotten. `time`: monotonic. */
  use<Result>(traceId: string, time: number, use: (trace: Trace) => Result): Result {
    const trace = this.#traces.get(traceId) ?? new Trace()
    const sizeBefore = trace.size
    trace.lastSeen = time
    this.#traces.delete(traceId)
    this.#traces.set(traceId, trace)
    const result = use(trace)
    this.#spanCount += trace.size - sizeBefore
    this.#forget(traceId, time)
    return result
  }

  #forget(keep: string, time: number): void {
    for (const [id, { size, lastSeen }] of this.#traces) {
      const isTooMuch = this.#traces.size > TRACES_LIMIT || this.#spanCount > SPANS_LIMIT
      if (id === keep || (!isTooMuch && time - lastSeen < IDLE_LIMIT)) return
      this.#traces.delete(id)
      this.#spanCount -= size
    }
  }
}

function push<Item>(list: Item[], item: Item, limit: number): void {
  list.push(item)
  if (list.length > limit) list.shift()
}

function take<Item>(list: Item[] | undefined, accepts: (item: Item) => boolean): Item | undefined {
  const index = list?.findIndex(accepts) ?? -1
  return index === -1 ? undefined : list?.splice(index, 1)[0]
}

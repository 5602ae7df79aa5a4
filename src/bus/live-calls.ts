import type { Cancel, Clock } from './clock.js'
import type { Limits } from './limits.js'
import type { CallEndMessage, CallProgressMessage, CallStartMessage, TokenCounts } from './messages.js'
import type { CallDelta, CallRecord } from './protocol.js'
import { WorkTable } from './work-table.js'

/** Least milliseconds between two progress deltas of one call: at most 4 a second. */
const PROGRESS_INTERVAL = 250
/** A span shorter than this, in milliseconds, tells no rate. */
const LEAST_RATE_SPAN = 50

interface ActiveCall {
  id: string
  /** Monotonic, as the two below. */
  startedAt: number
  firstTokenAt: number | undefined
  sentAt: number
  progressCount: number
  /** Replaced, never changed: deltas and snapshots share it. */
  record: CallRecord
}

interface Context {
  clock: Clock
  instance: string
  limits: Limits
  publish(delta: CallDelta): void
  ended(record: CallRecord): void
  anomaly(): void
}

/** The model calls in flight and those that ended lately. */
export class LiveCalls {
  readonly #context: Context
  readonly #table: WorkTable<ActiveCall>
  /** Calls with progress that was held back; sent when their interval is over. */
  readonly #unsent = new Set<ActiveCall>()
  #cancelSend: Cancel | undefined

  constructor(context: Context) {
    this.#context = context
    this.#table = new WorkTable(context.limits.active, context.limits.finishedCalls)
  }

  get activeCount(): number {
    return this.#table.activeCount
  }

  /** The call, in flight or ended lately. */
  get(id: string): CallRecord | undefined {
    return (this.#table.active(id) ?? this.#table.finished(id))?.record
  }

  isActive(id: string): boolean {
    return this.#table.active(id) !== undefined
  }

  *activeRecords(): Iterable<CallRecord> {
    for (const call of this.#table.activeItems()) yield call.record
  }

  /** The ended ones, then those in flight, each oldest first. */
  records(): CallRecord[] {
    return [...this.#table.finishedItems(), ...this.#table.activeItems()].map((call) => call.record)
  }

  start(message: CallStartMessage): void {
    const { clock, instance } = this.#context
    if (this.#table.has(message.id)) return this.#context.anomaly()
    const record: CallRecord = {
      id: message.id,
      provider: message.provider,
      model: message.model,
      operation: message.operation ?? 'chat',
      streaming: message.streaming ?? false,
      startedAt: message.startedAt ?? clock.now(),
      state: 'active',
      source: message.source ?? 'api',
      instance,
    }
    if (message.requestId !== undefined) record.requestId = message.requestId
    if (message.session !== undefined) record.session = message.session
    const startedAt = clock.monotonic()
    const call: ActiveCall = {
      id: message.id,
      startedAt,
      firstTokenAt: undefined,
      sentAt: -Infinity,
      progressCount: 0,
      record,
    }
    const evicted = this.#table.start(call)
    if (evicted !== undefined) this.#finish(evicted, { id: evicted.id, state: 'stale' })
    this.#context.publish({ phase: 'start', ...record })
  }

  progress(message: CallProgressMessage): void {
    const call = this.#table.active(message.id)
    if (call === undefined) return this.#context.anomaly()
    const now = this.#context.clock.monotonic()
    const record = { ...call.record }
    call.progressCount++
    setTokens(record, message)
    if (call.firstTokenAt === undefined) {
      call.firstTokenAt = now
      record.firstTokenAt = this.#context.clock.now()
      record.timeToFirstToken = Math.round(now - call.startedAt)
    }
    setRate(record, now - call.firstTokenAt)
    call.record = record
    if (now - call.sentAt >= PROGRESS_INTERVAL) this.#sendProgress(call, now)
    else {
      this.#unsent.add(call)
      this.#cancelSend ??= this.#context.clock.setTimeout(() => this.#sendHeldBack(), PROGRESS_INTERVAL)
    }
  }

  end(message: CallEndMessage): void {
    const stale = this.#table.finished(message.id)
    const call = this.#table.active(message.id) ?? (stale?.record.state === 'stale' ? stale : undefined)
    if (call === undefined) return this.#context.anomaly()
    this.#finish(call, message)
  }

  close(): void {
    this.#cancelSend?.()
    this.#cancelSend = undefined
    this.#unsent.clear()
  }

  #sendProgress(call: ActiveCall, now: number): void {
    call.sentAt = now
    this.#unsent.delete(call)
    this.#context.publish({ phase: 'progress', ...call.record })
  }

  #sendHeldBack(): void {
    const now = this.#context.clock.monotonic()
    let wait = Infinity
    for (const call of this.#unsent) {
      const left = call.sentAt + PROGRESS_INTERVAL - now
      if (left <= 0) this.#sendProgress(call, now)
      else wait = Math.min(wait, left)
    }
    this.#cancelSend =
      wait === Infinity ? undefined : this.#context.clock.setTimeout(() => this.#sendHeldBack(), wait)
  }

  #finish(call: ActiveCall, message: Omit<CallEndMessage, 'state'> & { state: CallRecord['state'] }): void {
    const { clock } = this.#context
    const now = clock.monotonic()
    const wasStale = call.record.state === 'stale'
    const duration = now - call.startedAt
    const { tokensPerSecond: _liveRate, ...rest } = call.record
    const record: CallRecord = {
      ...rest,
      state: message.state,
      endedAt: clock.now(),
      duration: Math.round(duration),
    }
    setTokens(record, message)
    const generation = call.firstTokenAt === undefined ? 0 : now - call.firstTokenAt
    if (generation >= LEAST_RATE_SPAN) setRate(record, generation)
    else if (!cameInOnePiece(call)) setRate(record, duration)
    if (message.finishReason !== undefined) record.finishReason = message.finishReason
    if (message.httpStatus !== undefined) record.httpStatus = message.httpStatus
    if (message.errorType !== undefined) record.errorType = message.errorType
    if (message.error !== undefined) record.error = message.error
    call.record = record
    this.#unsent.delete(call)
    this.#table.finish(call)
    this.#context.publish({ phase: 'end', ...record })
    if (!wasStale) this.#context.ended(record)
  }
}

/** Reported counts replace estimated ones, and say so by taking the mark away. */
function setTokens(record: CallRecord, counts: TokenCounts): void {
  for (const name of ['inputTokens', 'outputTokens', 'cachedTokens', 'reasoningTokens'] as const) {
    const count = counts[name]
    if (typeof count === 'number' && count >= 0 && count < Infinity) record[name] = count
  }
  if (counts.outputTokens === undefined) return
  if (counts.estimated === true) record.estimated = true
  else delete record.estimated
}

/** Such a reply shows no rate of generation: nothing was seen of it while it was made. */
function cameInOnePiece(call: ActiveCall): boolean {
  return call.progressCount === 1 || (call.progressCount === 0 && !call.record.streaming)
}

/** `span`: milliseconds in which the output tokens came. */
function setRate(record: CallRecord, span: number): void {
  if (record.outputTokens === undefined || span < LEAST_RATE_SPAN) return
  record.tokensPerSecond = Math.round((record.outputTokens / span) * 10_000) / 10
}

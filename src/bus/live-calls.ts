import { toHalt, type ActivityRules } from './activity-rules.js'
import { MOST_CHANGES } from './activity-sweep.js'
import { CallItem, type CallOutcome } from './call-item.js'
import type { Cancel, Clock } from './clock.js'
import type { ToKey } from './item-key.js'
import { createKindHistories } from './kind-history.js'
import type { Limits } from './limits.js'
import type {
  CallAmendMessage,
  CallEndMessage,
  CallProgressMessage,
  CallStartMessage,
  Corrected,
} from './messages.js'
import type { CallDelta, CallRecord } from './protocol.js'
import { WorkSpan } from './work-span.js'
import { WorkTable } from './work-table.js'

/** Least milliseconds between two progress deltas of one call: at most 4 a second. */
const PROGRESS_INTERVAL = 250

interface Context {
  clock: Clock
  instance: string
  limits: Limits
  rules: ActivityRules
  toKey: ToKey
  publish(delta: CallDelta): void
  ended(call: CallItem): void
  corrected(correction: Corrected<CallRecord>): void
  anomaly(): void
}

/** The model calls in flight and those that ended lately. */
export class LiveCalls {
  readonly #context: Context
  readonly #table: WorkTable<CallItem>
  readonly #histories = createKindHistories()
  /** Calls with progress that was held back; sent when their interval is over. */
  readonly #unsent = new Set<CallItem>()
  #cancelSend: Cancel | undefined
  #evicted = 0

  constructor(context: Context) {
    this.#context = context
    this.#table = new WorkTable(context.limits.active, context.limits.finishedCalls)
  }

  get activeCount(): number {
    return this.#table.activeCount
  }

  /** Calls that ended as stale to make room. */
  get evicted(): number {
    return this.#evicted
  }

  /** The call in flight with this key. */
  active(key: string): CallItem | undefined {
    return this.#table.active(key)
  }

  *activeRecords(): Iterable<CallRecord> {
    for (const call of this.#table.activeItems()) yield call.record
  }

  /** The ended ones, then those in flight, each oldest first. */
  records(): CallRecord[] {
    return [...this.#table.finishedItems(), ...this.#table.activeItems()].map((call) => call.record)
  }

  /** Answers the call; none when its id is taken. */
  start(message: CallStartMessage): CallItem | undefined {
    const { clock, instance, rules, toKey } = this.#context
    const key = toKey(message.id, message.instance)
    if (this.#table.has(key)) return this.#anomaly()
    const now = clock.monotonic()
    const span = new WorkSpan(clock, message.startedAt)
    const history = this.#histories.at(message.provider, message.model, now)
    const call = new CallItem(key, message, span, rules.createPulse(span, now, history), instance)
    const oldest = this.#table.start(call)
    if (oldest !== undefined) {
      this.#evicted++
      this.#finish(oldest, { state: 'stale' })
    }
    this.#context.publish({ phase: 'start', ...call.record })
    return call
  }

  /** Answers the call; none when it is not in flight. */
  progress(message: CallProgressMessage): CallItem | undefined {
    const { clock, rules, toKey } = this.#context
    const call = this.#table.active(toKey(message.id, message.instance))
    if (call === undefined) return this.#anomaly()
    const now = clock.monotonic()
    call.progress(message, now)
    call.pulse.beat(now)
    const isRevived = call.halt !== undefined && call.setHalt(toHalt(rules.judge(call.pulse, now)))
    if (isRevived || now - call.sentAt >= PROGRESS_INTERVAL) this.#sendProgress(call, now)
    else {
      this.#unsent.add(call)
      this.#cancelSend ??= clock.setTimeout(() => this.#sendHeldBack(), PROGRESS_INTERVAL)
    }
    return call
  }

  /** A late end corrects a call that was given up as stale. Answers the ended call; none when there was none to end. */
  end(message: CallEndMessage): CallItem | undefined {
    const key = this.#context.toKey(message.id, message.instance)
    const call = this.#table.active(key) ?? this.#table.finished(key)
    if (call?.state !== 'active' && call?.state !== 'stale') return this.#anomaly()
    this.#finish(call, message)
    return call
  }

  /** Fills in what was not known of a call before, whether it has ended or not. */
  amend(message: CallAmendMessage): void {
    const key = this.#context.toKey(message.id, message.instance)
    const call = this.#table.active(key) ?? this.#table.finished(key)
    if (call === undefined) return this.#anomaly()
    const before = call.record
    const now = this.#context.clock.monotonic()
    if (!call.amend(message, now)) return
    if (before.state === 'active') return this.#sendProgress(call, now)
    this.#context.publish({ phase: 'end', ...call.record })
    this.#context.corrected({ before, after: call.record, time: call.countedAt })
  }

  /** Finds what has stalled, is stuck, or has gone stale. `now` is monotonic. */
  sweep(now: number): void {
    let changes = 0
    for (const call of this.#table.activeItems()) {
      const verdict = this.#context.rules.judge(call.pulse, now)
      if (verdict === 'stale') this.#finish(call, { state: 'stale' })
      else if (call.setHalt(toHalt(verdict))) this.#sendProgress(call, now)
      else continue
      if (++changes >= MOST_CHANGES) return
    }
  }

  close(): void {
    this.#cancelSend?.()
    this.#cancelSend = undefined
    this.#unsent.clear()
  }

  #sendProgress(call: CallItem, now: number): void {
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

  #finish(call: CallItem, outcome: CallOutcome): void {
    const { clock } = this.#context
    const now = clock.monotonic()
    const before = call.state === 'stale' ? call.record : undefined
    const end = call.span.toEnd(clock, outcome)
    call.end(outcome, end)
    const { record } = call
    if (record.state === 'ok') call.pulse.succeed(now, end.duration, record.timeToFirstToken)
    this.#unsent.delete(call)
    this.#table.finish(call)
    this.#context.publish({ phase: 'end', ...record })
    if (before !== undefined) {
      this.#context.corrected({ before, after: record, time: call.countedAt })
      return
    }
    call.countedAt = now
    this.#context.ended(call)
  }

  #anomaly(): undefined {
    this.#context.anomaly()
  }
}

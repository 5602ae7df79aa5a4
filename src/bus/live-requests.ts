import { toHalt, type ActivityRules, type Verdict } from './activity-rules.js'
import { MOST_CHANGES } from './activity-sweep.js'
import type { Clock } from './clock.js'
import { HeldRequests, SLOW } from './held-requests.js'
import type { ToKey } from './item-key.js'
import { createKindHistories } from './kind-history.js'
import type { Limits } from './limits.js'
import type {
  Corrected,
  MeasuredEnd,
  RequestEndMessage,
  RequestStartMessage,
  RequestUpdateMessage,
} from './messages.js'
import type { RequestDelta, RequestRecord, Step } from './protocol.js'
import { RequestItem } from './request-item.js'
import { RequestSampler } from './request-sampler.js'
import { WorkSpan } from './work-span.js'
import { WorkTable } from './work-table.js'

interface Context {
  clock: Clock
  instance: string
  limits: Limits
  rules: ActivityRules
  toKey: ToKey
  publish(delta: RequestDelta): void
  ended(request: RequestItem): void
  corrected(correction: Corrected<RequestRecord>): void
  /** Whether a call of the request is in flight and doing well. */
  isCarried(key: string): boolean
  anomaly(): void
}

/** The requests in flight and those that ended lately. */
export class LiveRequests {
  readonly #context: Context
  readonly #table: WorkTable<RequestItem>
  readonly #held: HeldRequests
  readonly #sampler = new RequestSampler()
  readonly #histories = createKindHistories()
  #sampledOut = 0
  #evicted = 0

  constructor(context: Context) {
    this.#context = context
    this.#table = new WorkTable(context.limits.active, context.limits.finishedRequests)
    this.#held = new HeldRequests({ clock: context.clock, show: (request) => this.#show(request) })
  }

  /** Automatic requests that were counted but never sent as items. */
  get sampledOut(): number {
    return this.#sampledOut
  }

  /** Requests that ended as stale to make room. */
  get evicted(): number {
    return this.#evicted
  }

  /** In flight, those held back included. */
  get activeCount(): number {
    return this.#table.activeCount + this.#held.size
  }

  /** Waiting to be worked on, those included that are stuck there. */
  get queuedCount(): number {
    let queued = 0
    for (const request of this.#table.activeItems()) if (request.isQueued) queued++
    return queued
  }

  /** The request in flight with this key, shown or held back. */
  active(key: string): RequestItem | undefined {
    return this.#table.active(key) ?? this.#held.get(key)
  }

  /** The ended ones, then those in flight, each oldest first. */
  records(): RequestRecord[] {
    return [...this.#table.finishedItems(), ...this.#table.activeItems()].map((request) => request.record)
  }

  start(message: RequestStartMessage): void {
    const { clock, instance, rules, toKey } = this.#context
    const key = toKey(message.id, message.instance)
    if (this.#table.has(key) || this.#held.get(key) !== undefined) return this.#context.anomaly()
    const now = clock.monotonic()
    const span = new WorkSpan(clock, message.startedAt)
    const pulse = rules.createPulse(span, now, this.#histories.at(message.kind, '', now))
    const request = new RequestItem(key, message, span, pulse, instance)
    const mayBeHeld = message.automatic === true && now - span.begin <= SLOW
    if (mayBeHeld && !this.#sampler.admit(now)) this.#holdBack(request)
    else this.#show(request)
  }

  update(message: RequestUpdateMessage): void {
    const request = this.active(this.#context.toKey(message.id, message.instance))
    if (request === undefined) return this.#context.anomaly()
    request.update(message, this.#context.clock.now())
    this.#beat(request)
    this.#publishUpdate(request)
  }

  /** Changes what the request does now; no sign of life of its own. Nothing if it is not in flight. */
  setStep(key: string, step: Pick<Step, 'kind' | 'name'> | null): void {
    const request = this.active(key)
    if (request === undefined) return
    request.setStep(step, this.#context.clock.now())
    this.#publishUpdate(request)
  }

  /** A sign of life. Not worth a delta unless the request was halted: the next one carries it. */
  touch(key: string): void {
    const request = this.active(key)
    if (request === undefined) return
    request.touch(this.#context.clock.now())
    if (this.#beat(request)) this.#publishUpdate(request)
  }

  /** A late end corrects a request that was given up as stale. Answers the request; none when there was none to end. */
  end(message: RequestEndMessage): RequestItem | undefined {
    const key = this.#context.toKey(message.id, message.instance)
    const request = this.active(key) ?? this.#staleOne(key)
    if (request === undefined) this.#context.anomaly()
    else this.#finish(request, message.state, message)
    return request
  }

  /** Finds what has stalled, is stuck, or has gone stale. One that is held back is too young for any of it. */
  sweep(now: number): void {
    let changes = 0
    for (const request of this.#table.activeItems()) {
      const verdict = this.#judge(request, now)
      if (verdict === 'stale') this.#finish(request, 'stale', {})
      else if (request.setHalt(toHalt(verdict))) this.#publishUpdate(request)
      else continue
      if (++changes >= MOST_CHANGES) return
    }
  }

  close(): void {
    this.#held.close()
  }

  #judge(request: RequestItem, now: number): Verdict {
    const { rules, isCarried } = this.#context
    const verdict = rules.judge(request.pulse, now)
    if (verdict === 'working' || verdict === 'stale') return verdict
    // Waiting is what a queued one does.
    if (verdict === 'stalled' && request.isQueued) return 'working'
    return isCarried(request.key) && !rules.isOverdue(request.pulse, now) ? 'working' : verdict
  }

  /** Answers whether the request was halted, and is not any more. */
  #beat(request: RequestItem): boolean {
    const now = this.#context.clock.monotonic()
    request.pulse.beat(now)
    return request.halt !== undefined && request.setHalt(toHalt(this.#judge(request, now)))
  }

  #publishUpdate(request: RequestItem): void {
    if (this.#held.get(request.key) === undefined)
      this.#context.publish({ phase: 'update', ...request.record })
  }

  #staleOne(key: string): RequestItem | undefined {
    const finished = this.#table.finished(key)
    return finished?.state === 'stale' ? finished : undefined
  }

  #show(request: RequestItem): void {
    const oldest = this.#table.start(request)
    if (oldest !== undefined) this.#evict(oldest)
    this.#context.publish({ phase: 'start', ...request.record })
  }

  #holdBack(request: RequestItem): void {
    if (this.#held.size >= this.#context.limits.active) this.#evict(this.#held.oldest!)
    this.#held.add(request)
  }

  #evict(request: RequestItem): void {
    this.#evicted++
    this.#finish(request, 'stale', {})
  }

  #finish(
    request: RequestItem,
    state: Exclude<RequestRecord['state'], 'active'>,
    message: MeasuredEnd & { error?: string | undefined },
  ): void {
    const { clock } = this.#context
    const now = clock.monotonic()
    const before = request.state === 'stale' ? request.record : undefined
    const end = request.span.toEnd(clock, message)
    request.end(state, message.error, end)
    if (state === 'ok') request.pulse.succeed(now, end.duration)
    const isNothingSpecial = state === 'ok' && end.duration <= SLOW
    if (this.#held.delete(request.key) && isNothingSpecial && !this.#sampler.pickOfTheRest()) {
      this.#sampledOut++
    } else {
      this.#table.finish(request)
      this.#context.publish({ phase: 'end', ...request.record })
    }
    if (before !== undefined) {
      this.#context.corrected({ before, after: request.record, time: request.countedAt })
      return
    }
    request.countedAt = now
    this.#context.ended(request)
  }
}

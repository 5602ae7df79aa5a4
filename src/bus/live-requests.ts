import type { Cancel, Clock } from './clock.js'
import type { Limits } from './limits.js'
import type { RequestEndMessage, RequestStartMessage, RequestUpdateMessage } from './messages.js'
import type { RequestDelta, RequestRecord } from './protocol.js'
import { RequestSampler } from './request-sampler.js'
import { WorkTable } from './work-table.js'

/** A sampled request that takes longer than this, in milliseconds, becomes an item after all. */
const SLOW = 250
/** Milliseconds between two looks for slow ones among the sampled. */
const SWEEP_INTERVAL = 50

interface ActiveRequest {
  id: string
  /** Monotonic. */
  startedAt: number
  /** Replaced, never changed: deltas and snapshots share it. */
  record: RequestRecord
}

interface Context {
  clock: Clock
  instance: string
  limits: Limits
  publish(delta: RequestDelta): void
  ended(record: RequestRecord): void
  anomaly(): void
}

/** The requests in flight and those that ended lately. */
export class LiveRequests {
  readonly #context: Context
  readonly #table: WorkTable<ActiveRequest>
  readonly #sampler = new RequestSampler()
  /** In flight, but not in the feed: the busy host's rest. Oldest first. */
  readonly #sampled = new Map<string, ActiveRequest>()
  #stopSweep: Cancel | undefined
  #sampledOut = 0

  constructor(context: Context) {
    this.#context = context
    this.#table = new WorkTable(context.limits.active, context.limits.finishedRequests)
  }

  /** Automatic requests that were counted but never sent as items. */
  get sampledOut(): number {
    return this.#sampledOut
  }

  /** In flight, sampled ones included. */
  get activeCount(): number {
    return this.#table.activeCount + this.#sampled.size
  }

  get queuedCount(): number {
    let queued = 0
    for (const { record } of this.#table.activeItems()) if (record.activity === 'queued') queued++
    return queued
  }

  /** In flight, shown or sampled. */
  isActive(id: string): boolean {
    return this.#table.active(id) !== undefined || this.#sampled.has(id)
  }

  /** The request, in flight or ended lately. */
  get(id: string): RequestRecord | undefined {
    return (this.#table.active(id) ?? this.#sampled.get(id) ?? this.#table.finished(id))?.record
  }

  /** The ended ones, then those in flight, each oldest first. */
  records(): RequestRecord[] {
    return [...this.#table.finishedItems(), ...this.#table.activeItems()].map((request) => request.record)
  }

  start(message: RequestStartMessage): void {
    const { clock, instance } = this.#context
    if (this.#table.has(message.id) || this.#sampled.has(message.id)) return this.#context.anomaly()
    const now = clock.now()
    const record: RequestRecord = {
      id: message.id,
      kind: message.kind,
      startedAt: message.startedAt ?? now,
      state: 'active',
      activity: message.activity ?? 'working',
      progressAt: now,
      instance,
    }
    if (message.name !== undefined) record.name = message.name
    if (message.session !== undefined) record.session = message.session
    if (message.channel !== undefined) record.channel = message.channel
    const request = { id: message.id, startedAt: clock.monotonic(), record }
    if (message.automatic === true && !this.#sampler.admit(request.startedAt)) this.#holdBack(request)
    else this.#show(request)
  }

  update(message: RequestUpdateMessage): void {
    const request = this.#table.active(message.id) ?? this.#sampled.get(message.id)
    if (request === undefined) return this.#context.anomaly()
    const now = this.#context.clock.now()
    const { step: lastStep, ...rest } = request.record
    const record: RequestRecord = { ...rest, progressAt: now }
    if (message.name !== undefined) record.name = message.name
    if (message.session !== undefined) record.session = message.session
    if (message.channel !== undefined) record.channel = message.channel
    if (message.activity !== undefined) record.activity = message.activity
    const step = message.step === undefined ? lastStep : message.step && { ...message.step, since: now }
    if (step) record.step = step
    request.record = record
    if (!this.#sampled.has(message.id)) this.#context.publish({ phase: 'update', ...record })
  }

  /** A sign of life that is not worth a delta of its own: the next one carries it. */
  touch(id: string): void {
    const request = this.#table.active(id)
    if (request === undefined) return
    request.record = { ...request.record, progressAt: this.#context.clock.now() }
  }

  end(message: RequestEndMessage): void {
    const sampled = this.#sampled.get(message.id)
    const request = sampled ?? this.#table.active(message.id) ?? this.#staleOne(message.id)
    if (request === undefined) return this.#context.anomaly()
    this.#finish(request, message.state, message.error)
  }

  close(): void {
    this.#stopSweep?.()
    this.#stopSweep = undefined
  }

  /** A late end corrects a request that was given up as stale. */
  #staleOne(id: string): ActiveRequest | undefined {
    const finished = this.#table.finished(id)
    return finished?.record.state === 'stale' ? finished : undefined
  }

  #show(request: ActiveRequest): void {
    const evicted = this.#table.start(request)
    if (evicted !== undefined) this.#finish(evicted, 'stale')
    this.#context.publish({ phase: 'start', ...request.record })
  }

  #finish(request: ActiveRequest, state: Exclude<RequestRecord['state'], 'active'>, error?: string): void {
    const { clock } = this.#context
    const duration = clock.monotonic() - request.startedAt
    const wasStale = request.record.state === 'stale'
    // Deleting keys would make a slow object of a record that is about to be copied and encoded.
    const { activity: _activity, step: _step, ...rest } = request.record
    const record: RequestRecord = { ...rest, state, endedAt: clock.now(), duration: Math.round(duration) }
    if (error !== undefined) record.error = error
    request.record = record
    if (
      this.#sampled.delete(request.id) &&
      state === 'ok' &&
      duration <= SLOW &&
      !this.#sampler.pickOfTheRest()
    ) {
      this.#sampledOut++
    } else {
      this.#table.finish(request)
      this.#context.publish({ phase: 'end', ...record })
    }
    if (!wasStale) this.#context.ended(record)
  }

  #holdBack(request: ActiveRequest): void {
    if (this.#sampled.size >= this.#context.limits.active) {
      const [oldest] = this.#sampled.values()
      this.#finish(oldest!, 'stale')
    }
    this.#sampled.set(request.id, request)
    this.#stopSweep ??= this.#context.clock.setInterval(() => this.#sweep(), SWEEP_INTERVAL)
  }

  /** Shows the held-back requests that have become slow; the map is in order of start. */
  #sweep(): void {
    const slowSince = this.#context.clock.monotonic() - SLOW
    for (const [id, request] of this.#sampled) {
      if (request.startedAt > slowSince) break
      this.#sampled.delete(id)
      this.#show(request)
    }
    if (this.#sampled.size === 0) this.close()
  }
}

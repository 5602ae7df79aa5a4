import type { Cancel, Clock } from '../bus/clock.js'
import type {
  CallRecord,
  ChannelRecord,
  FeedEvents,
  Hello,
  RequestRecord,
  Snapshot,
} from '../bus/protocol.js'
import { appendPoint, copySeries, createSeries } from '../bus/series.js'
import type { FrameScheduler } from './frame-scheduler.js'
import {
  NEVER_FROZEN,
  SERIES_LIMIT,
  SLICES,
  type Handover,
  type LiveView,
  type MetricsView,
  type Slice,
  type Tally,
} from './live-view.js'
import { LogBook, toLevelGroup } from './log-book.js'
import type { StreamState } from './feed-link.js'
import { STALE_AFTER } from './silence-watch.js'
import { WorkList } from './work-list.js'

export interface LiveStoreOptions {
  clock: Clock
  frames: FrameScheduler
  /** Ended calls kept. Default 200. */
  callLimit?: number
  /** Ended requests kept. Default 200. */
  requestLimit?: number
  /** Log lines kept. Default 10,000. */
  logLimit?: number
}

/** A server clock that moved by more than this was set, or the page's was. */
const CLOCK_STEP = 2000

/** What one feed has told the page so far, by the merge rules of the protocol. Knows nothing of elements. */
export class LiveStore {
  readonly clock: Clock
  readonly #frames: FrameScheduler
  readonly #listeners = new Set<() => void>()
  readonly #versions = Object.fromEntries(SLICES.map((slice) => [slice, 0])) as Record<Slice, number>
  readonly #dirty = new Set<Slice>()
  readonly #requests: WorkList<RequestRecord>
  readonly #calls: WorkList<CallRecord>
  readonly #log: LogBook
  readonly #channels = new Map<string, ChannelRecord>()
  readonly #known = new Set<'requests' | 'calls' | 'log' | 'channels'>()
  #cancelFrame: Cancel | undefined
  #view: LiveView = {}
  #connection: StreamState = { status: 'connecting' }
  #hello: Hello | undefined
  #metrics: Omit<MetricsView, 'series'> | undefined
  #series = createSeries()
  #heardAt: number | undefined
  /** When data last came, by the server's clock: where a gap begins. */
  #dataAt: number | undefined
  #clockOffset: number | undefined
  #pausedAt: number | undefined
  #newWhilePaused = 0
  #tally: Tally = { messages: 0, errors: 0 }

  constructor(options: LiveStoreOptions) {
    this.clock = options.clock
    this.#frames = options.frames
    this.#requests = new WorkList(options.requestLimit ?? 200)
    this.#calls = new WorkList(options.callLimit ?? 200)
    this.#log = new LogBook(options.logLimit ?? 10_000)
  }

  /** The latest picture; while paused, the one of the moment the pause began. */
  get view(): LiveView {
    this.#publish()
    return this.#view
  }

  /** Grows each time the slice's part of the view changes. */
  version(slice: Slice): number {
    this.#publish()
    return this.#versions[slice]
  }

  get connection(): StreamState {
    return this.#connection
  }

  /** Milliseconds since the server was last heard; absent before the first event. */
  get silence(): number | undefined {
    return this.#heardAt === undefined ? undefined : Math.max(0, this.clock.monotonic() - this.#heardAt)
  }

  /**
   * The server's wall clock, estimated. Stands still while paused, and once the server has been silent for 9 s:
   * whatever it was doing then, nobody knows that it still is.
   */
  now(): number {
    const unheard = Math.max(0, (this.silence ?? 0) - STALE_AFTER)
    return this.#pausedAt ?? this.#serverTime() - unheard
  }

  #serverTime(): number {
    return this.clock.now() + (this.#clockOffset ?? 0)
  }

  /** Milliseconds from a server time until now, never negative. */
  since(time: number): number {
    return Math.max(0, this.now() - time)
  }

  get paused(): boolean {
    return this.#pausedAt !== undefined
  }

  /** Log lines and starts of requests and calls that came since the pause began. */
  get newWhilePaused(): number {
    return this.#newWhilePaused
  }

  /** Freezes the view; what arrives is still taken in. */
  pause(): void {
    if (this.paused) return
    this.#publish()
    this.#pausedAt = this.now()
    this.#newWhilePaused = 0
    this.#touch('pause')
  }

  resume(): void {
    if (!this.paused) return
    this.#pausedAt = undefined
    this.#touch('pause')
  }

  /** Calls back after changes, coalesced, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Drops a waiting notification. For when the last listener has gone. */
  close(): void {
    this.#cancelFrame?.()
    this.#cancelFrame = undefined
  }

  setConnection(state: StreamState): void {
    this.#connection = state
    this.#touch('connection')
  }

  /** Takes in one event of the feed. Names it does not know are ignored. */
  apply<Name extends keyof FeedEvents>(name: Name, data: FeedEvents[Name]): void {
    this.#heardAt = this.clock.monotonic()
    const handlers = this.#handlers as Record<string, ((data: FeedEvents[Name]) => void) | undefined>
    handlers[name]?.(data)
    if (name !== 'hello' && name !== 'bye') this.#dataAt = this.#serverTime()
  }

  /** All there is to hand over; absent before the first full snapshot. Tells the truth also while paused. */
  capture(): Handover | undefined {
    if (this.#hello === undefined || this.#metrics === undefined || !this.#known.has('requests'))
      return undefined
    const [requests, calls] = [this.#requests.view(), this.#calls.view()]
    return {
      hello: this.#hello,
      clockOffset: this.#clockOffset ?? 0,
      silence: this.silence ?? 0,
      snapshot: {
        time: this.#metrics.time,
        metrics: this.#metrics.metrics,
        series: this.#series,
        requests: [...requests.recent, ...requests.active],
        calls: [...calls.recent, ...calls.active],
        channels: [...this.#channels.values()],
        log: this.#log.linesOf(this.#hello.epoch),
        truncated: {
          requests: requests.inFlight - requests.active.length,
          calls: calls.inFlight - calls.active.length,
        },
      },
    }
  }

  /** Takes over what another store knows of the same feed. What it holds of the log stays. */
  restore({ hello, snapshot, clockOffset, silence }: Handover): void {
    this.#hello = hello
    this.#clockOffset = clockOffset
    this.#heardAt = this.clock.monotonic() - silence
    this.#touch('hello')
    // Nobody has told of what came between the lines held and those handed over.
    if (this.#log.isApartFrom(snapshot.log ?? [], hello.epoch)) this.#handlers.gap({ reason: 'evicted' })
    this.#merge(snapshot)
  }

  readonly #handlers: { [Name in keyof FeedEvents]: (data: FeedEvents[Name]) => void } = {
    hello: (hello) => {
      this.#hello = hello
      this.#readClock(hello.time, true)
      this.#touch('hello')
    },
    snapshot: (snapshot) => {
      this.#readClock(snapshot.time, false)
      this.#merge(snapshot)
    },
    log: (lines) => {
      const added = this.#log.append(lines, this.#hello?.epoch ?? '')
      this.#countNew(added.length)
      const errors = added.filter((line) => toLevelGroup(line.level) === 'error' && this.#isMeasured(line))
      this.#count('errors', errors.length)
      this.#touch('log')
    },
    request: (deltas) => {
      for (const { phase, ...request } of deltas) {
        const hasEnded = this.#requests.apply(request, phase === 'start')
        if (hasEnded && request.kind === 'message' && this.#isMeasured(request)) this.#count('messages', 1)
        if (phase === 'start') this.#countNew(1)
      }
      this.#touch('requests')
    },
    call: (deltas) => {
      for (const { phase, ...call } of deltas) {
        this.#calls.apply(call, phase === 'start')
        if (phase === 'start') this.#countNew(1)
      }
      this.#touch('calls')
    },
    channel: (channels) => {
      for (const channel of channels) this.#channels.set(`${channel.instance} ${channel.name}`, channel)
      this.#touch('channels')
    },
    gap: (gap) => {
      this.#log.addGap(gap, this.#serverTime(), this.#dataAt)
      this.#touch('log')
    },
    bye: () => {},
  }

  /** The sections that are there replace those slices, the others stand; log lines are united. */
  #merge(snapshot: Snapshot): void {
    const { requests, calls, channels, log, metrics, series } = snapshot
    if (requests !== undefined) {
      this.#requests.replace(requests, snapshot.time, toUnheld(snapshot, 'requests', 'activeRequests'))
      this.#learn('requests')
    }
    if (calls !== undefined) {
      this.#calls.replace(calls, snapshot.time, toUnheld(snapshot, 'calls', 'activeCalls'))
      this.#learn('calls')
    }
    if (channels !== undefined) {
      this.#channels.clear()
      for (const channel of channels) this.#channels.set(`${channel.instance} ${channel.name}`, channel)
      this.#learn('channels')
    }
    if (log !== undefined) {
      this.#countNew(this.#log.unite(log, this.#hello?.epoch ?? '').length)
      this.#learn('log')
    }
    if (series !== undefined) this.#series = copySeries(series)
    if (metrics !== undefined) {
      if (series === undefined) appendPoint(this.#series, snapshot.time, metrics, SERIES_LIMIT)
      this.#metrics = {
        metrics,
        time: snapshot.time,
        activeRequests: this.#requests.inFlight,
        tally: this.#tally,
      }
    }
    if (metrics !== undefined || series !== undefined) this.#touch('metrics')
  }

  #learn(slice: 'requests' | 'calls' | 'log' | 'channels'): void {
    this.#known.add(slice)
    this.#touch(slice)
  }

  #readClock(time: number, fresh: boolean): void {
    const offset = time - this.clock.now()
    const held = this.#clockOffset
    // Transit only ever makes the server look slow, so the largest offset is the truest.
    if (fresh || held === undefined || offset > held || held - offset > CLOCK_STEP) this.#clockOffset = offset
  }

  #isMeasured({ instance }: { instance: string }): boolean {
    return instance === this.#metrics?.metrics.instance
  }

  #count(name: keyof Tally, count: number): void {
    this.#tally = { ...this.#tally, [name]: this.#tally[name] + count }
  }

  #countNew(count: number): void {
    if (!this.paused || count === 0) return
    this.#newWhilePaused += count
    this.#touch('pause')
  }

  #touch(slice: Slice): void {
    this.#dirty.add(slice)
    this.#cancelFrame ??= this.#frames.request(() => {
      this.#cancelFrame = undefined
      this.#publish()
      for (const listener of [...this.#listeners]) listener()
    })
  }

  /** Brings view and versions up to date with what has come, as far as the pause allows. */
  #publish(): void {
    if (this.#dirty.size === 0) return
    const changed = [...this.#dirty].filter((slice) => !this.paused || NEVER_FROZEN.includes(slice))
    if (changed.length === 0) return
    const view: Record<string, unknown> = { ...this.#view }
    if (!this.paused) view['tally'] = this.#tally
    for (const slice of changed) {
      this.#dirty.delete(slice)
      this.#versions[slice]++
      if (slice !== 'connection' && slice !== 'pause') view[slice] = this.#picture(slice)
    }
    this.#view = view
  }

  #picture(slice: Exclude<Slice, 'connection' | 'pause'>): LiveView[typeof slice] {
    switch (slice) {
      case 'hello':
        return this.#hello
      case 'metrics':
        return this.#metrics && { ...this.#metrics, series: copySeries(this.#series) }
      case 'channels':
        return this.#known.has('channels') ? [...this.#channels.values()] : undefined
      case 'requests':
        return this.#known.has('requests') ? this.#requests.view() : undefined
      case 'calls':
        return this.#known.has('calls') ? this.#calls.view() : undefined
      case 'log':
        return this.#known.has('log') ? this.#log.view() : undefined
    }
  }
}

/** How many in flight a snapshot had no room for. What it left out may have ended too; the gauge tells them apart. */
function toUnheld(snapshot: Snapshot, section: 'requests' | 'calls', gauge: string): number {
  const leftOut = snapshot.truncated?.[section] ?? 0
  const active = (snapshot[section] ?? []).filter(({ state }) => state === 'active').length
  const inFlight = snapshot.metrics?.gauges[gauge] ?? Infinity
  return Math.min(leftOut, Math.max(0, inFlight - active))
}

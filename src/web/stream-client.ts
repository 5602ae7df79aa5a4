import type { Cancel, Clock } from '../bus/clock.js'
import type { Bye, FeedEvents } from '../bus/protocol.js'
import { askedDelay, retryDelay } from './retry-delay.js'

/**
 * - `connecting`: the first try, or a connection just lost and not yet refused
 * - `live`: heard from within 4.5 s
 * - `late`: nothing heard for 4.5 s
 * - `stale`: nothing heard for 9 s
 * - `offline`: a try failed; `retryAt` says when the next one is due, absent while it is under way
 * - `denied`: the server answered 401; tried again every 30 s
 */
export type StreamStatus = 'connecting' | 'live' | 'late' | 'stale' | 'offline' | 'denied'

export interface StreamState {
  status: StreamStatus
  /** When the next try is due, by the clock's `monotonic`. */
  retryAt?: number
  /** Why the server ended the stream, if it said so. */
  bye?: Bye['reason']
}

/** The part of the browser's EventSource that the client uses. */
export interface EventSourceLike {
  /** 2 once the browser has given up, which it does on any answer other than a 200 stream. */
  readonly readyState: number
  addEventListener(type: string, listener: (event: { data?: unknown; lastEventId?: string }) => void): void
  close(): void
}

export interface StreamClientOptions {
  /** Absolute address of the feed. */
  src: string
  createSource: (url: string) => EventSourceLike
  clock: Clock
  /** Numbers in 0..1. Default `Math.random`. */
  random?: () => number
  /** Asks for the HTTP status of a refused stream. Default: not asked, so `denied` is never reported. */
  probe?: (url: string) => Promise<number | undefined>
  onEvent: <Name extends keyof FeedEvents>(name: Name, data: FeedEvents[Name]) => void
  onState: (state: StreamState) => void
}

const LATE_AFTER = 4500
/** After this silence the data is old. Milliseconds. */
export const STALE_AFTER = 9000
const SILENT_AFTER = 20_000
const DENIED_RETRY = 30_000
/** A connection this old proves that the outage is over; a younger one may be flapping. */
const SETTLED_AFTER = 5000
const CLOSED = 2

const NAMES = ['hello', 'snapshot', 'log', 'request', 'call', 'channel', 'gap', 'bye'] as const

/**
 * One feed over EventSource that always comes back. The browser retries dropped connections only and gives up for
 * good on a 502 or 204, so every end is handled here: the source is closed and a new one made after a jittered
 * pause, asking to go on after the last event seen.
 */
export class StreamClient {
  readonly #options: StreamClientOptions
  readonly #random: () => number
  #source: EventSourceLike | undefined
  #state: StreamState = { status: 'connecting' }
  #lastEventId = ''
  #running = false
  #openedAt = 0
  /** When the last event came on this connection; absent before the first. */
  #heardAt: number | undefined
  #attempt = 0
  #outageSince: number | undefined
  #cancelRetry: Cancel | undefined
  #cancelWatch: Cancel | undefined

  constructor(options: StreamClientOptions) {
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  get state(): StreamState {
    return this.#state
  }

  /** Connects, going on after the last event seen. Does nothing when already started. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#connect()
  }

  /** Closes the connection and every timer. `start` may follow. */
  stop(): void {
    this.#running = false
    this.#disconnect()
  }

  /** Tries at once instead of waiting. Does nothing while a connection is open. */
  retryNow(): void {
    if (this.#running && this.#source === undefined) this.#connect()
  }

  #connect(): void {
    this.#disconnect()
    const { clock, createSource } = this.#options
    this.#openedAt = clock.monotonic()
    this.#heardAt = undefined
    const waiting =
      this.#attempt === 0 ? 'connecting' : this.#state.status === 'denied' ? 'denied' : 'offline'
    this.#setState({ status: waiting })
    let source: EventSourceLike
    try {
      source = createSource(this.#url())
    } catch {
      return this.#end()
    }
    this.#source = source
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        if (source === this.#source) this.#receive(name, event)
      })
    }
    source.addEventListener('error', () => {
      if (source === this.#source) this.#end(source.readyState === CLOSED)
    })
    this.#watch()
  }

  #url(): string {
    if (this.#lastEventId === '') return this.#options.src
    const url = new URL(this.#options.src)
    url.searchParams.set('lastEventId', this.#lastEventId)
    return url.href
  }

  #receive(name: keyof FeedEvents, event: { data?: unknown; lastEventId?: string }): void {
    const now = this.#options.clock.monotonic()
    this.#heardAt = now
    if (event.lastEventId) this.#lastEventId = event.lastEventId
    if (now - this.#openedAt >= SETTLED_AFTER) this.#settle()
    if (this.#state.status !== 'live') this.#setState({ status: 'live' })
    let data: FeedEvents[typeof name]
    try {
      data = JSON.parse(String(event.data)) as FeedEvents[typeof name]
    } catch {
      console.warn(`opswire: ignored a ${name} event of ${this.#options.src} that is not JSON`)
      return
    }
    this.#options.onEvent(name, data)
    if (name === 'bye') this.#farewell(data as Bye)
  }

  #farewell(bye: Bye): void {
    const asked =
      typeof bye.retry === 'number' && bye.retry >= 0 ? askedDelay(bye.retry, this.#random()) : undefined
    this.#end(false, asked, bye.reason)
  }

  /** Whatever ended the connection, the next one is on its way. */
  #end(refused = false, delay?: number, bye?: Bye['reason']): void {
    const now = this.#options.clock.monotonic()
    if (this.#heardAt !== undefined && this.#heardAt - this.#openedAt >= SETTLED_AFTER) this.#settle()
    this.#outageSince ??= now
    const wait = delay ?? retryDelay(this.#attempt, now - this.#outageSince, this.#random())
    const lost = this.#attempt === 0 && this.#heardAt !== undefined
    this.#attempt++
    const status = lost ? 'connecting' : this.#state.status === 'denied' ? 'denied' : 'offline'
    this.#schedule(status, wait, bye)
    if (refused) void this.#askWhy()
  }

  #schedule(status: StreamStatus, wait: number, bye?: Bye['reason']): void {
    this.#disconnect()
    const { clock } = this.#options
    this.#cancelRetry = clock.setTimeout(() => this.#connect(), wait)
    this.#setState({ status, retryAt: clock.monotonic() + wait, ...(bye === undefined ? {} : { bye }) })
  }

  async #askWhy(): Promise<void> {
    const pending = this.#cancelRetry
    const status = await this.#options.probe?.(this.#options.src).catch(() => undefined)
    // Another try may have begun meanwhile; its own end will ask again.
    if (status === undefined || pending === undefined || pending !== this.#cancelRetry) return
    if (status === 401) this.#schedule('denied', DENIED_RETRY * (1 + this.#random() / 4))
    else if (this.#state.status === 'denied') this.#setState({ ...this.#state, status: 'offline' })
  }

  #settle(): void {
    this.#attempt = 0
    this.#outageSince = undefined
  }

  /** Follows the silence since the last event: late, stale, then a new connection. */
  #watch(): void {
    const { clock } = this.#options
    const silence = clock.monotonic() - (this.#heardAt ?? this.#openedAt)
    if (silence >= SILENT_AFTER) return this.#end()
    if (this.#heardAt !== undefined) {
      const status = silence >= STALE_AFTER ? 'stale' : silence >= LATE_AFTER ? 'late' : 'live'
      if (status !== this.#state.status) this.#setState({ status })
    }
    const next = [LATE_AFTER, STALE_AFTER, SILENT_AFTER].find((limit) => silence < limit) ?? SILENT_AFTER
    this.#cancelWatch = clock.setTimeout(() => this.#watch(), next - silence)
  }

  #disconnect(): void {
    this.#source?.close()
    this.#source = undefined
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#cancelWatch?.()
    this.#cancelWatch = undefined
  }

  #setState(state: StreamState): void {
    this.#state = state
    this.#options.onState(state)
  }
}

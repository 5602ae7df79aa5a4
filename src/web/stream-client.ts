import type { Cancel, Clock } from '../bus/clock.js'
import type { Bye, FeedEvents } from '../bus/protocol.js'
import type { FeedLink, FeedListener, StreamState } from './feed-link.js'
import { askedDelay, retryDelay } from './retry-delay.js'
import { SILENT_AFTER, SilenceWatch, toFreshness } from './silence-watch.js'

/** The part of the browser's EventSource that the client uses. */
export interface EventSourceLike {
  /** 2 once the browser has given up, which it does on any answer other than a 200 stream. */
  readonly readyState: number
  /** The HTTP status of the answer, where it can be known. */
  readonly status?: number | undefined
  addEventListener(type: string, listener: (event: { data?: unknown; lastEventId?: string }) => void): void
  close(): void
}

export interface StreamClientOptions extends FeedListener {
  /** Absolute address of the feed. */
  src: string
  /** One that is refused at once, or a promise that is rejected, is a failed try like any other. */
  createSource: (url: string) => EventSourceLike | Promise<EventSourceLike>
  clock: Clock
  /** Numbers in 0..1. Default `Math.random`. */
  random?: () => number
  /** Asks for the HTTP status of a refused stream that doesn't know it. Default: not asked. */
  probe?: (url: string) => Promise<number | undefined>
}

/** Where another stream of the same feed has come to, to go on from there as if it were this one. */
export interface StreamPosition {
  lastEventId: string
  /** When the server was last heard, by the clock's `monotonic`; absent if that connection is known to be lost. */
  heardAt?: number | undefined
}

interface Ending {
  refused?: boolean
  status?: number | undefined
  delay?: number | undefined
  bye?: Bye['reason']
}

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
export class StreamClient implements FeedLink {
  readonly #options: StreamClientOptions
  readonly #random: () => number
  readonly #watch: SilenceWatch
  /** The open connection, or the one being opened. */
  #connection: { source?: EventSourceLike } | undefined
  #state: StreamState = { status: 'connecting' }
  #lastEventId = ''
  #running = false
  #openedAt = 0
  /** When the last event came on this connection; absent before the first. */
  #heardAt: number | undefined
  #attempt = 0
  #outageSince: number | undefined
  #cancelRetry: Cancel | undefined

  constructor(options: StreamClientOptions) {
    this.#options = options
    this.#random = options.random ?? Math.random
    this.#watch = new SilenceWatch(options.clock, (silence) => this.#noteSilence(silence))
  }

  get state(): StreamState {
    return this.#state
  }

  start(from?: StreamPosition): void {
    if (this.#running) return
    this.#running = true
    if (from !== undefined) this.#lastEventId = from.lastEventId
    this.#connect(from?.heardAt)
  }

  stop(): void {
    this.#running = false
    this.#disconnect()
  }

  retryNow(): void {
    if (this.#running && this.#connection === undefined) this.#connect()
  }

  /** Does what fell due while the page's timers slept. */
  wake(): void {
    if (!this.#running) return
    if (this.#connection !== undefined) return this.#watch.check()
    if (this.#options.clock.monotonic() >= (this.#state.retryAt ?? Infinity)) this.#connect()
  }

  #connect(heardAt?: number): void {
    this.#disconnect()
    this.#openedAt = this.#options.clock.monotonic()
    this.#heardAt = heardAt
    const waiting =
      this.#attempt === 0 ? 'connecting' : this.#state.status === 'denied' ? 'denied' : 'offline'
    if (heardAt === undefined) this.#setState({ status: waiting })
    this.#connection = {}
    this.#watch.start(heardAt ?? this.#openedAt)
    this.#open(this.#connection)
  }

  #open(connection: { source?: EventSourceLike }): void {
    const isCurrent = () => connection === this.#connection
    const use = (source: EventSourceLike) => {
      if (!isCurrent()) return source.close()
      connection.source = source
      for (const name of NAMES) {
        source.addEventListener(name, (event) => {
          if (isCurrent()) this.#receive(name, event)
        })
      }
      source.addEventListener('error', () => {
        if (isCurrent()) this.#end({ refused: source.readyState === CLOSED, status: source.status })
      })
    }
    const fail = () => {
      if (isCurrent()) this.#end()
    }
    try {
      const source = this.#options.createSource(this.#url())
      if (source instanceof Promise) source.then(use, fail)
      else use(source)
    } catch {
      fail()
    }
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
    this.#watch.heard()
    if (this.#state.status !== 'live') this.#setState({ status: 'live' })
    const text = String(event.data)
    let data: FeedEvents[typeof name]
    try {
      data = JSON.parse(text) as FeedEvents[typeof name]
    } catch {
      console.warn(`opswire: ignored a ${name} event of ${this.#options.src} that is not JSON`)
      return
    }
    this.#options.onEvent(name, data, { text, id: event.lastEventId ?? '' })
    if (name === 'bye') this.#farewell(data as Bye)
  }

  #farewell({ retry, reason }: Bye): void {
    const isAsked = typeof retry === 'number' && retry >= 0
    this.#end({ bye: reason, delay: isAsked ? askedDelay(retry, this.#random()) : undefined })
  }

  /** Whatever ended the connection, the next one is on its way. */
  #end({ refused = false, status, delay, bye }: Ending = {}): void {
    const now = this.#options.clock.monotonic()
    if (this.#heardAt !== undefined && this.#heardAt - this.#openedAt >= SETTLED_AFTER) this.#settle()
    this.#outageSince ??= now
    const wait = delay ?? retryDelay(this.#attempt, now - this.#outageSince, this.#random())
    const lost = this.#attempt === 0 && this.#heardAt !== undefined
    this.#attempt++
    this.#schedule(lost ? 'connecting' : this.#state.status === 'denied' ? 'denied' : 'offline', wait, bye)
    if (refused) void this.#askWhy(status)
  }

  #schedule(status: StreamState['status'], wait: number, bye?: Bye['reason']): void {
    this.#disconnect()
    const { clock } = this.#options
    this.#cancelRetry = clock.setTimeout(() => this.#connect(), wait)
    this.#setState({ status, retryAt: clock.monotonic() + wait, ...(bye === undefined ? {} : { bye }) })
  }

  async #askWhy(known: number | undefined): Promise<void> {
    const pending = this.#cancelRetry
    const status = known ?? (await this.#options.probe?.(this.#options.src).catch(() => undefined))
    // Another try may have begun meanwhile; its own end will ask again.
    if (status === undefined || pending === undefined || pending !== this.#cancelRetry) return
    if (status === 401) this.#schedule('denied', DENIED_RETRY * (1 + this.#random() / 4))
    else if (this.#state.status === 'denied') this.#setState({ ...this.#state, status: 'offline' })
  }

  #settle(): void {
    this.#attempt = 0
    this.#outageSince = undefined
  }

  #noteSilence(silence: number): void {
    if (silence >= SILENT_AFTER) return this.#end()
    const freshness = toFreshness(silence)
    if (this.#heardAt !== undefined && freshness !== this.#state.status) this.#setState({ status: freshness })
  }

  #disconnect(): void {
    this.#connection?.source?.close()
    this.#connection = undefined
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#watch.stop()
  }

  #setState(state: StreamState): void {
    this.#state = state
    this.#options.onState(state)
  }
}

import type { FeedListener } from './feed-link.js'
import type { StreamClient } from './stream-client.js'
import { isConnected, toFreshness } from './silence-watch.js'
import type { FollowerMessage, LeaderMessage, LeaderWords, TabState } from './tab-messages.js'
import type { TabRoleOptions } from './tab-role.js'

export interface TabLeaderOptions extends TabRoleOptions {
  createClient: (listener: FeedListener) => StreamClient
  post: (message: LeaderMessage) => void
  /** All that the tab knows, as text; absent before the first full snapshot. */
  capture: () => string | undefined
}

/** The tab that has the stream, and hands on what comes. */
export class TabLeader {
  readonly #options: TabLeaderOptions
  readonly #client: StreamClient
  #turn = 0
  /** Whether there may be other tabs: nobody pays for handing on what no tab hears. */
  #isHeard: boolean
  /** Somebody wants to know all before there is anything to tell. */
  #isAwaited = false

  constructor(options: TabLeaderOptions) {
    this.#options = options
    const { position, clock } = options
    // The tabs that followed a leader now follow the one after it.
    this.#isHeard = position.term > 0
    this.#client = options.createClient({
      onEvent: (name, data, raw) => {
        if (raw.id !== '') position.lastEventId = raw.id
        position.heardAt = clock.monotonic()
        this.#say({ kind: 'event', name, ...raw })
        options.onEvent(name, data, raw)
        if (this.#isAwaited) this.#welcome()
      },
      onState: (state) => {
        if (!isConnected(state)) position.heardAt = undefined
        options.onState(state)
        this.#say({ kind: 'state', ...this.#state() })
      },
    })
    // All tabs of a browser read the same wall clock, so a tab that has heard of no leader yet still comes after one.
    position.term = Math.max(position.term + 1, clock.now())
  }

  start(): void {
    const { position, clock } = this.#options
    const { lastEventId, heardAt = -Infinity } = position
    const isFresh = toFreshness(clock.monotonic() - heardAt) !== 'stale'
    this.#say({ kind: 'lead', lastEventId })
    this.#client.start({ lastEventId, heardAt: isFresh ? heardAt : undefined })
  }

  stop(): void {
    this.#client.stop()
  }

  retryNow(): void {
    this.#client.retryNow()
  }

  answer({ kind }: FollowerMessage): void {
    this.#isHeard = true
    if (kind === 'retry') return this.#client.retryNow()
    // The timers of a hidden page sleep, the messages of a page that is looked at don't.
    this.#client.wake()
    if (kind === 'join') this.#welcome()
    this.#say({ kind: 'state', ...this.#state() })
  }

  #welcome(): void {
    const known = this.#options.capture()
    this.#isAwaited = known === undefined
    if (known === undefined) return
    const { position, post } = this.#options
    const { lastEventId, term } = position
    post({ kind: 'welcome', term, turn: this.#turn, lastEventId, known, ...this.#state() })
  }

  #state(): TabState {
    const { retryAt, ...state } = this.#client.state
    const { clock, position } = this.#options
    const now = clock.monotonic()
    return {
      state,
      retryIn: retryAt === undefined ? undefined : Math.max(0, retryAt - now),
      silence: position.heardAt === undefined ? undefined : now - position.heardAt,
    }
  }

  #say(words: LeaderWords): void {
    // Counted all the same, so that a tab that did hear the turn before finds out what it missed.
    const turn = ++this.#turn
    if (words.kind === 'event' && !this.#isHeard) return
    this.#options.post({ ...words, term: this.#options.position.term, turn })
  }
}

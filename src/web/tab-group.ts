import type { Clock } from '../bus/clock.js'
import type { FeedLink, FeedListener } from './feed-link.js'
import type { StreamClient } from './stream-client.js'
import { TabFollower } from './tab-follower.js'
import { TabLeader } from './tab-leader.js'
import { isOfLeader, type TabMessage } from './tab-messages.js'
import type { TabPosition } from './tab-role.js'

export interface TabGroupOptions extends FeedListener {
  /** The same for all tabs that share, and no others. Asked at each start; one that fails means a stream of one's own. */
  name: () => string | Promise<string>
  locks: Pick<LockManager, 'request'>
  openChannel: (name: string) => BroadcastChannel
  createClient: (listener: FeedListener) => StreamClient
  clock: Clock
  random?: () => number
  /** All that this tab knows, as text; absent before the first full snapshot. */
  capture: () => string | undefined
  restore: (known: string) => void
}

/**
 * One stream for all tabs of a browser. Whoever holds the lock leads: it has the stream and hands on what comes. The
 * others follow and wait for the lock, which the browser passes on when the leader closes or crashes; of a leader that
 * hangs it is taken away. The next leader goes on after the last event it was handed.
 *
 *   stopped ──start──▶ following ──has the lock──▶ leading
 *      ▲                   ▲ └──the leader hangs: steals the lock──▶ ┘ │
 *      └─────stop──────────┴────────────robbed of the lock─────────────┘
 */
export class TabGroup implements FeedLink {
  readonly #options: TabGroupOptions
  readonly #position: TabPosition = { term: 0, lastEventId: '' }
  #name = ''
  #role: TabLeader | TabFollower | undefined
  #channel: BroadcastChannel | undefined
  /** Ends with `stop`. */
  #run: AbortController | undefined
  /** Ends when the lock is no longer wanted. */
  #claim: AbortController | undefined

  constructor(options: TabGroupOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#run !== undefined) return
    const { signal } = (this.#run = new AbortController())
    this.#options.onState({ status: 'connecting' })
    void this.#enter(signal)
  }

  stop(): void {
    this.#run?.abort()
    this.#run = undefined
    this.#claim?.abort()
    this.#role?.stop()
    this.#role = undefined
    this.#channel?.close()
    this.#channel = undefined
    this.#position.heardAt = undefined
  }

  /** Leaves these tabs for others, and forgets what was theirs. */
  restart(): void {
    if (this.#run === undefined) return
    this.stop()
    this.#position.lastEventId = ''
    this.start()
  }

  retryNow(): void {
    this.#role?.retryNow()
  }

  async #enter(signal: AbortSignal): Promise<void> {
    try {
      this.#name = await this.#options.name()
      if (signal.aborted) return
      const channel = (this.#channel = this.#options.openChannel(this.#name))
      channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
        if (channel === this.#channel) this.#receive(data)
      }
    } catch {
      if (!signal.aborted) this.#lead()
      return
    }
    this.#follow()
    void this.#claimLock({})
  }

  #receive(message: TabMessage): void {
    if (!isOfLeader(message)) {
      if (this.#role instanceof TabLeader) this.#role.answer(message)
    } else if (this.#role instanceof TabFollower) this.#role.receive(message)
    // Robbed of the lock while this page hung; the news of the lock may come after the messages.
    else if (message.term > this.#position.term) this.#standBack()
  }

  /** Waits for the lock, or takes it, and holds it until it is no longer wanted. */
  async #claimLock(options: LockOptions): Promise<void> {
    this.#claim?.abort()
    const { signal } = (this.#claim = new AbortController())
    try {
      // One that steals can't be called off, and need not: it has the lock at once.
      const wanted = options.steal === true ? options : { ...options, signal }
      await this.#options.locks.request(this.#name, wanted, () => {
        if (signal.aborted) return undefined
        this.#lead()
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      })
    } catch (error) {
      if (signal.aborted) return
      const isRobbed = (error as Error).name === 'AbortError'
      if (isRobbed) this.#standBack()
      else this.#goAlone()
    }
  }

  #lead(): void {
    this.#role?.stop()
    const leader = new TabLeader({
      ...this.#options,
      position: this.#position,
      post: (message) => this.#channel?.postMessage(message),
    })
    this.#role = leader
    leader.start()
  }

  #follow(): void {
    this.#role?.stop()
    const follower = new TabFollower({
      random: Math.random,
      ...this.#options,
      position: this.#position,
      post: (message) => this.#channel?.postMessage(message),
      onLost: () => void this.#claimLock({ steal: true }),
    })
    this.#role = follower
    follower.start()
  }

  #standBack(): void {
    this.#follow()
    void this.#claimLock({})
  }

  /** There are no locks to be had here (an opaque origin): a stream of this page's own. */
  #goAlone(): void {
    this.#channel?.close()
    this.#channel = undefined
    this.#lead()
  }
}

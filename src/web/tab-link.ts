import type { FeedLink } from './feed-link.js'
import { LazyPart } from './lazy-part.js'
import type { TabGroup, TabGroupOptions } from './tab-group.js'

const GROUP = new LazyPart(() => import('./tab-group.js'))

/** The tabs of this browser that share a stream. How they do is loaded only where it can be done. */
export class TabLink implements FeedLink {
  readonly #options: TabGroupOptions
  #link: (FeedLink & Partial<Pick<TabGroup, 'restart'>>) | undefined
  #isStarted = false

  constructor(options: TabGroupOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    if (this.#link === undefined) void this.#load()
    else this.#link.start()
  }

  stop(): void {
    this.#isStarted = false
    this.#link?.stop()
  }

  /** Leaves these tabs for others, and forgets what was theirs. */
  restart(): void {
    this.#link?.restart?.()
  }

  retryNow(): void {
    this.#link?.retryNow()
  }

  async #load(): Promise<void> {
    const group = await GROUP.load().catch(() => undefined)
    // A page that was left and came back meanwhile has loaded it twice.
    if (this.#link !== undefined) return
    // What can't be loaded keeps nobody from the feed.
    this.#link = group ? new group.TabGroup(this.#options) : this.#options.createClient(this.#options)
    if (this.#isStarted) this.#link.start()
  }
}

import type { Cancel, Clock } from './clock.js'
import type { RequestItem } from './request-item.js'

/** A held-back request that takes longer than this, in milliseconds, becomes an item after all. */
export const SLOW = 250
/** Milliseconds between two looks for slow ones. */
const LOOK_INTERVAL = 50

interface Context {
  clock: Clock
  /** Takes over a request that has become slow. */
  show(request: RequestItem): void
}

/** Requests in flight that are not in the feed: the rest on a busy host, until they end or become slow. */
export class HeldRequests {
  readonly #context: Context
  /** Oldest first. */
  readonly #requests = new Map<string, RequestItem>()
  #stop: Cancel | undefined

  constructor(context: Context) {
    this.#context = context
  }

  get size(): number {
    return this.#requests.size
  }

  get oldest(): RequestItem | undefined {
    return this.#requests.values().next().value
  }

  get(key: string): RequestItem | undefined {
    return this.#requests.get(key)
  }

  add(request: RequestItem): void {
    this.#requests.set(request.key, request)
    this.#stop ??= this.#context.clock.setInterval(() => this.#look(), LOOK_INTERVAL)
  }

  /** Answers whether it was held. */
  delete(key: string): boolean {
    return this.#requests.delete(key)
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #look(): void {
    const slowSince = this.#context.clock.monotonic() - SLOW
    for (const [key, request] of this.#requests) {
      if (request.span.begin > slowSince) break
      this.#requests.delete(key)
      this.#context.show(request)
    }
    if (this.#requests.size === 0) this.close()
  }
}

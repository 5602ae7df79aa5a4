import type { FrameScheduler } from '../../src/web/frame-scheduler.js'
import type { EventSourceLike } from '../../src/web/stream-client.js'

type Listener = (event: { data?: unknown; lastEventId?: string }) => void

export class FakeSource implements EventSourceLike {
  readonly url: string
  readyState = 0
  closed = false
  readonly #listeners = new Map<string, Listener[]>()

  constructor(url: string) {
    this.url = url
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  close(): void {
    this.closed = true
    this.readyState = 2
  }

  /** Delivers an event of the feed. */
  send(type: string, data: unknown, lastEventId = ''): void {
    this.readyState = 1
    this.#fire(type, { data: typeof data === 'string' ? data : JSON.stringify(data), lastEventId })
  }

  /** The browser gave up: any answer that is not a 200 stream. */
  refuse(): void {
    this.readyState = 2
    this.#fire('error', {})
  }

  /** The connection broke; the browser would try again by itself. */
  drop(): void {
    this.readyState = 0
    this.#fire('error', {})
  }

  #fire(type: string, event: { data?: unknown; lastEventId?: string }): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
}

/** Notifies when told. */
export class FakeFrames implements FrameScheduler {
  requested = 0
  #waiting: (() => void) | undefined

  request(callback: () => void): () => void {
    this.requested++
    this.#waiting = callback
    return () => (this.#waiting = undefined)
  }

  get waiting(): boolean {
    return this.#waiting !== undefined
  }

  run(): void {
    const callback = this.#waiting
    this.#waiting = undefined
    callback?.()
  }
}

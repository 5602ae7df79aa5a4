import { createParser } from 'eventsource-parser'
import type { EventSourceLike } from './stream-client.js'

type Listener = Parameters<EventSourceLike['addEventListener']>[1]

const CONNECTING = 0
const CLOSED = 2

/** An event source that shows a bearer token, which the browser's own can't. */
export class BearerSource implements EventSourceLike {
  readyState = CONNECTING
  status: number | undefined
  readonly #listeners = new Map<string, Listener[]>()
  readonly #abort = new AbortController()

  constructor(url: string, token: string) {
    void this.#read(url, token)
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  close(): void {
    this.readyState = CLOSED
    this.#listeners.clear()
    this.#abort.abort()
  }

  async #read(url: string, token: string): Promise<void> {
    try {
      const response = await fetch(url, {
        headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
        cache: 'no-store',
        signal: this.#abort.signal,
      })
      this.status = response.status
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
      if (response.status === 200 && isStream && response.body) await this.#receive(response.body)
      else this.readyState = CLOSED
    } catch {
      // The network's reasons are not told to pages; the stream has ended, that is all.
    }
    this.#fire('error', {})
    this.close()
  }

  async #receive(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    this.readyState = 1
    let lastEventId = ''
    const parser = createParser({
      onEvent: ({ event = 'message', id = lastEventId, data }) => {
        lastEventId = id
        this.#fire(event, { data, lastEventId })
      },
    })
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      parser.feed(value)
    }
    this.readyState = CONNECTING
  }

  #fire(type: string, event: Parameters<Listener>[0]): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
}

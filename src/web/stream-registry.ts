import { browserClock } from './browser-clock.js'
import { createFrameScheduler } from './frame-scheduler.js'
import { LiveStore } from './live-store.js'
import { StreamClient } from './stream-client.js'
import { Ticker } from './ticker.js'

/** A feed that all elements with the same address use. */
export interface SharedStream {
  readonly src: string
  readonly client: StreamClient
  readonly store: LiveStore
  readonly ticker: Ticker
}

interface Entry {
  stream: SharedStream
  users: number
  dispose: () => void
}

/** Raise the number when SharedStream changes in a way that another copy of this module could not use. */
const KEY = Symbol.for('opswire/1')

/** Where every copy of this module on the page finds the others' streams. */
interface Registry {
  entries: Map<string, Entry>
  ticker: Ticker
}

function registry(): Registry {
  const page = globalThis as { [KEY]?: Registry }
  return (page[KEY] ??= { entries: new Map(), ticker: new Ticker() })
}

export interface StreamHandle {
  readonly stream: SharedStream
  /** Gives the stream back. It closes when the last user has done so and none came back within the same task. */
  release(): void
}

/** Makes a stream for an address. Replaced in tests. */
export type OpenStream = (src: string, ticker: Ticker) => { stream: SharedStream; dispose: () => void }

/** The shared stream of `src`, which must be absolute. Opened for the first user, closed after the last. */
export function acquireStream(src: string, open: OpenStream = openStream): StreamHandle {
  const { entries, ticker } = registry()
  let entry = entries.get(src)
  if (entry === undefined) {
    entry = { ...open(src, ticker), users: 0 }
    entries.set(src, entry)
  }
  const held = entry
  held.users++
  let released = false
  return {
    stream: held.stream,
    release() {
      if (released) return
      released = true
      held.users--
      // An element that is moved leaves and comes back in one task; its stream must live through that.
      queueMicrotask(() => {
        if (held.users > 0 || entries.get(src) !== held) return
        entries.delete(src)
        held.dispose()
      })
    },
  }
}

function openStream(src: string, ticker: Ticker): { stream: SharedStream; dispose: () => void } {
  const store = new LiveStore({ clock: browserClock, frames: createFrameScheduler() })
  const client = new StreamClient({
    src,
    createSource: (url) => new EventSource(url),
    clock: browserClock,
    probe: async (url) => (await fetch(url, { method: 'HEAD', cache: 'no-store' })).status,
    onEvent: (name, data) => store.apply(name, data),
    onState: (state) => store.setConnection(state),
  })
  const page = new AbortController()
  const { signal } = page
  // An open stream keeps a page out of the back/forward cache.
  addEventListener('pagehide', () => client.stop(), { signal })
  addEventListener('pageshow', (event) => event.persisted && client.start(), { signal })
  // Either is a sign that a try may now succeed, or is now wanted.
  addEventListener('online', () => client.retryNow(), { signal })
  document.addEventListener('visibilitychange', () => !document.hidden && client.retryNow(), { signal })
  client.start()
  return {
    stream: { src, client, store, ticker },
    dispose() {
      page.abort()
      client.stop()
      store.close()
    },
  }
}

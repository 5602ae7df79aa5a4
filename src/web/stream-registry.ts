import type { FeedLink } from './feed-link.js'
import type { LiveStore } from './live-store.js'
import { openStream } from './open-stream.js'
import { Ticker } from './ticker.js'

/** Answers the bearer token to open the feed with. Asked at each connection, so that it may be short-lived. */
export type GetToken = () => string | Promise<string>

/** A feed that all elements with the same address and the same source of tokens use. */
export interface SharedStream {
  readonly src: string
  readonly getToken?: GetToken | undefined
  readonly client: FeedLink
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
  /** Streams without a token, by address. */
  entries: Map<string, Entry>
  /** Streams with one, by who gives it and by address. */
  withToken: WeakMap<GetToken, Map<string, Entry>>
  ticker: Ticker
}

function registry(): Registry {
  const page = globalThis as { [KEY]?: Registry }
  return (page[KEY] ??= { entries: new Map(), withToken: new WeakMap(), ticker: new Ticker() })
}

function entriesFor(getToken: GetToken | undefined): Map<string, Entry> {
  const { entries, withToken } = registry()
  if (getToken === undefined) return entries
  const held = withToken.get(getToken) ?? new Map<string, Entry>()
  withToken.set(getToken, held)
  return held
}

export interface StreamHandle {
  readonly stream: SharedStream
  /** Gives the stream back. It closes when the last user has done so and none came back within the same task. */
  release(): void
}

/** Makes a stream for an address. Replaced in tests. */
export type OpenStream = (
  src: string,
  ticker: Ticker,
  getToken?: GetToken,
) => { stream: SharedStream; dispose: () => void }

/** The shared stream of `src`, which must be absolute. Opened for the first user, closed after the last. */
export function acquireStream(src: string, getToken?: GetToken, open: OpenStream = openStream): StreamHandle {
  const entries = entriesFor(getToken)
  let entry = entries.get(src)
  if (entry === undefined) {
    entry = { ...open(src, registry().ticker, getToken), users: 0 }
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

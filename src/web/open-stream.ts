import { browserClock } from './browser-clock.js'
import type { FeedLink, FeedListener } from './feed-link.js'
import { createFrameScheduler } from './frame-scheduler.js'
import { LazyPart } from './lazy-part.js'
import { LiveStore } from './live-store.js'
import type { Handover } from './live-view.js'
import { StreamClient, type StreamClientOptions } from './stream-client.js'
import type { GetToken, SharedStream } from './stream-registry.js'
import { TabGroup } from './tab-group.js'
import type { Ticker } from './ticker.js'

/** What the stream is opened with: the cookies that the browser sends by itself, or a token that it doesn't. */
interface Credentials extends Pick<StreamClientOptions, 'createSource' | 'probe'> {
  /** Tells apart tabs that must not share. */
  identify: () => Promise<string>
}

/** Opens the feed at `src` for this page, shared with the other tabs of the browser where that is possible. */
export function openStream(
  src: string,
  ticker: Ticker,
  getToken?: GetToken,
): { stream: SharedStream; dispose: () => void } {
  const store = new LiveStore({ clock: browserClock, frames: createFrameScheduler() })
  const listener: FeedListener = {
    onEvent: (name, data) => store.apply(name, data),
    onState: (state) => store.setConnection(state),
  }
  const { identify, ...credentials } =
    getToken === undefined ? BY_COOKIE : byToken(getToken, () => link instanceof TabGroup && link.restart())
  const createClient = (heard: FeedListener) =>
    new StreamClient({ src, clock: browserClock, ...credentials, ...heard })
  const link: FeedLink = canShare()
    ? new TabGroup({
        ...listener,
        // The number is raised when tabs with an older script could not follow a newer one.
        name: async () => `opswire/1 ${src} ${await identify()}`,
        locks: navigator.locks,
        openChannel: (name) => new BroadcastChannel(name),
        createClient,
        clock: browserClock,
        capture: () => toText(store.capture()),
        restore: (known) => store.restore(JSON.parse(known) as Handover),
      })
    : createClient(listener)
  const stopFollowing = followPage(link)
  link.start()
  return {
    stream: { src, client: link, store, ticker, getToken },
    dispose() {
      stopFollowing()
      link.stop()
      store.close()
    },
  }
}

const toText = (known: Handover | undefined) => known && JSON.stringify(known)

/** Only a secure context has locks: https, or this machine. */
const canShare = () => 'locks' in navigator && typeof BroadcastChannel === 'function'

const BY_COOKIE: Credentials = {
  identify: () => Promise.resolve(''),
  createSource: (url) => new EventSource(url),
  probe: async (url) => (await fetch(url, { method: 'HEAD', cache: 'no-store' })).status,
}

function byToken(getToken: GetToken, onOther: () => void): Credentials {
  const feed = new LazyPart(async () => {
    const { BearerFeed } = await import('./bearer-feed.js')
    return new BearerFeed(getToken, onOther)
  })
  return {
    identify: async () => (await feed.load()).identify(),
    createSource: async (url) => (await feed.load()).open(url),
  }
}

function followPage(link: FeedLink): () => void {
  const page = new AbortController()
  const { signal } = page
  // An open stream, or a lock that is wanted, keeps a page out of the back/forward cache; a frozen page serves nobody.
  addEventListener('pagehide', () => link.stop(), { signal })
  addEventListener('pageshow', (event) => event.persisted && link.start(), { signal })
  document.addEventListener('freeze', () => link.stop(), { signal })
  document.addEventListener('resume', () => link.start(), { signal })
  // Either is a sign that a try may now succeed, or is now wanted.
  addEventListener('online', () => link.retryNow(), { signal })
  document.addEventListener('visibilitychange', () => !document.hidden && link.retryNow(), { signal })
  return () => page.abort()
}

import type { Clock } from '../bus/clock.js'
import type { Bye } from '../bus/protocol.js'
import { toFrame, type FeedFormat } from './feed-format.js'
import type { ByteStream } from './session.js'

/** Milliseconds over which ended clients are spread when they come back. */
const RETRY_SPREAD = 2000
/** Least milliseconds after which they may come back. */
const LEAST_RETRY = { shutdown: 500, lagging: 500, expired: 500, full: 15_000 } as const
/** Milliseconds that an ended stream has to take its last bytes. */
const FAREWELL_TIME = 500

/** Tells why the stream ends and when to come back, each client at another moment; ends it; cuts it if that is not taken. */
export function sayBye(stream: ByteStream, format: FeedFormat, reason: Bye['reason'], clock: Clock): void {
  const retry = Math.round(LEAST_RETRY[reason] * (1 + Math.random()) + Math.random() * RETRY_SPREAD)
  stream.end(format.retry(retry) + toFrame(format, 'bye', { reason, retry }))
  clock.setTimeout(() => stream.destroy(), FAREWELL_TIME)
}

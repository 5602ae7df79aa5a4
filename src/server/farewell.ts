import type { Clock } from '../bus/clock.js'
import type { Bye } from '../bus/protocol.js'
import type { FeedEncoding } from './feed-encoding.js'
import { toFrame, type FeedFormat } from './feed-format.js'
import type { ByteStream } from './session.js'

/** Milliseconds over which ended clients are spread when they come back. */
const RETRY_SPREAD = 2000
/** Least milliseconds after which they may come back. */
const LEAST_RETRY = { shutdown: 500, lagging: 500, expired: 500, full: 15_000 } as const
/** Milliseconds that an ended stream has to take its last bytes. */
const FAREWELL_TIME = 500

interface FarewellContext {
  format: FeedFormat
  encoding: FeedEncoding
  /** Something has been written already. */
  isOpen: boolean
  clock: Clock
}

/** Tells why the stream ends and when to come back, each client at another moment; ends it; cuts it if that is not taken. */
export function sayBye(
  stream: ByteStream,
  reason: Bye['reason'],
  { format, encoding, isOpen, clock }: FarewellContext,
): void {
  const retry = Math.round(LEAST_RETRY[reason] * (1 + Math.random()) + Math.random() * RETRY_SPREAD)
  if (!isOpen && encoding.preamble.byteLength > 0) stream.write(encoding.preamble)
  const farewell = format.retry(retry) + toFrame(format, 'bye', { reason, retry })
  stream.end(encoding.apart(Buffer.from(farewell)))
  clock.setTimeout(() => stream.destroy(), FAREWELL_TIME)
}

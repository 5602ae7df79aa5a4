import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../bus/clock.js'
import { OpsError } from '../errors.js'
import { pumpBody, type TakeChunk } from './body-pump.js'
import { ByteBuffer } from './byte-buffer.js'
import { isGzip } from './content-encoding.js'
import { createDiscarder } from './discard.js'
import { createTurns, type Turns } from './turns.js'

const MEBIBYTE = 1024 * 1024
/** Bytes that all bodies together may hold that are read whole. */
const HELD_LIMIT = 64 * MEBIBYTE
/** Bodies being read at once: each may hold a socket, a decompressor and a chunk. */
const OPEN_LIMIT = 1000
/** A client that was refused for load may come again after this many seconds. */
const LATER = { 'retry-after': '1' }

export interface BodyLimits {
  /** Bytes on the wire. Default 20 MiB. */
  wireBytes: number
  /** Bytes after decompression. Default 20 MiB. */
  bytes: number
  /** Milliseconds without a byte after which a half-sent body is given up. Default 10,000. */
  patience: number
  /** Whether the client owes nothing now, as between two lines of a live stream: then patience has no end. */
  mayPause: () => boolean
}

const DEFAULT_LIMITS: BodyLimits = {
  wireBytes: 20 * MEBIBYTE,
  bytes: 20 * MEBIBYTE,
  patience: 10_000,
  mayPause: () => false,
}

/*
 * Both ways of reading reject with an OpsError: 400 for a broken gzip or a client that has gone, 408 for one that
 * stopped in the middle, 413 for too many bytes, 415 for an encoding other than gzip, 503 with Retry-After for too
 * many bodies at once and while the host closes; or with whatever the callback threw. The answer may be sent at once:
 * what is still coming is read and dropped, within bounds, so that the client gets to see it.
 */
export interface BodyReader {
  /** Reads a whole body and resolves with what `use` makes of it; the bytes count as held until then. */
  readBody<Result>(
    request: IncomingMessage,
    use: (body: Buffer) => Result | Promise<Result>,
    limits?: Partial<BodyLimits>,
  ): Promise<Result>
  /** Hands a body to `take` as it comes, decompressed; resolves after the last chunk. */
  readChunks(request: IncomingMessage, take: TakeChunk, limits?: Partial<BodyLimits>): Promise<void>
  /** For a request that is refused before its body is read: reads and drops the body, within bounds. */
  discard(request: IncomingMessage): void
  /** Gives up the bodies that are being read, and all later ones, with 503. */
  close(): void
}

/** Reads the bodies of requests, within bounds that hold for all of them together; large ones in turns. */
export function createBodyReader(clock: Clock, turns: Turns = createTurns()): BodyReader {
  /** How to give each body up that is being read. */
  const open = new Set<() => void>()
  const { discard, close: closeDiscards } = createDiscarder(clock)
  let held = 0
  let closed = false

  const admit = (request: IncomingMessage): void => {
    if (closed) throw toClosing(request)
    if (open.size < OPEN_LIMIT) return
    throw new OpsError('OPS_BUSY', 503, `${OPEN_LIMIT} bodies are being read already; come again.`, LATER)
  }

  const readChunks: BodyReader['readChunks'] = async (request, take, limits) => {
    try {
      const gzip = isGzip(request.headers['content-encoding'])
      admit(request)
      await new Promise<void>((resolve, reject) => {
        const settle = (tell: () => void): void => {
          open.delete(giveUp)
          tell()
        }
        const fail = pumpBody(request, take, {
          ...DEFAULT_LIMITS,
          ...limits,
          gzip,
          clock,
          done: () => settle(resolve),
          failed: (error) => settle(() => reject(error)),
        })
        const giveUp = (): void => fail(toClosing(request))
        open.add(giveUp)
      })
    } catch (error) {
      discard(request)
      throw error
    }
  }

  return {
    readChunks,
    async readBody(request, use, limits) {
      const body = new ByteBuffer()
      let size = 0
      const keep = (chunk: Buffer): void => {
        if (held + chunk.length > HELD_LIMIT) {
          throw new OpsError('OPS_BUSY', 503, 'Too many large bodies at once; come again.', LATER)
        }
        held += chunk.length
        size += chunk.length
        body.append(chunk)
      }
      try {
        await readChunks(request, keep, limits)
        return await use(await join(body, turns))
      } finally {
        held -= size
      }
    },
    discard,
    close() {
      closed = true
      for (const giveUp of open) giveUp()
      closeDiscards()
    },
  }
}

async function join(buffer: ByteBuffer, turns: Turns): Promise<Buffer> {
  const joining = buffer.join()
  let joined = joining.next()
  if (joined.done !== true) await turns.run(() => (joined = joining.next()).done === true)
  return joined.value as Buffer
}

function toClosing({ httpVersionMajor }: IncomingMessage): OpsError {
  return new OpsError('OPS_CLOSING', 503, 'This server is closing; come again.', {
    ...LATER,
    // HTTP/1.1 would wait for another request.
    ...(httpVersionMajor === 1 && { connection: 'close' }),
  })
}

import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../bus/clock.js'

/** Bytes, and milliseconds, for which a client that was refused may go on sending. */
const BYTES_LIMIT = 64 * 1024 * 1024
const TIME_LIMIT = 10_000
/** The same time while the host closes: a connection that goes on would hold it up. */
const BRIEF_LIMIT = 200

export interface Discarder {
  /**
   * Reads and drops what is left of a body, so that a client which sends first and reads later gets its answer, and the
   * connection can carry the next request. One that goes on for too long is cut.
   */
  discard(request: IncomingMessage): void
  /** Gives all, and those to come, little time from now on. */
  close(): void
}

export function createDiscarder(clock: Clock): Discarder {
  const hurries = new Set<() => void>()
  let limit = TIME_LIMIT
  return {
    discard(request) {
      if (request.readableEnded || request.destroyed) return
      const cut = (): void => void request.destroy()
      let cancelCut = clock.setTimeout(cut, limit)
      const hurry = (): void => {
        cancelCut()
        cancelCut = clock.setTimeout(cut, BRIEF_LIMIT)
      }
      const stop = (): void => {
        cancelCut()
        hurries.delete(hurry)
      }
      hurries.add(hurry)
      let left = BYTES_LIMIT
      // A connection that breaks now is nobody's concern any more.
      request.on('error', () => undefined)
      request.once('end', stop)
      request.once('close', stop)
      request.on('data', (chunk: Buffer) => {
        left -= chunk.length
        if (left < 0) cut()
      })
      request.resume()
    },
    close() {
      limit = BRIEF_LIMIT
      for (const hurry of hurries) hurry()
    },
  }
}

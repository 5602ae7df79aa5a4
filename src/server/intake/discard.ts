import type { IncomingMessage } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
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
      const cut = (): void => cutOff(request)
      let cancelCut = clock.setTimeout(cut, limit)
      const hurry = (): void => {
        cancelCut()
        cancelCut = clock.setTimeout(cut, BRIEF_LIMIT)
      }
      const letGo = linger(request)
      const stop = (): void => {
        cancelCut()
        hurries.delete(hurry)
        for (const each of [request, request.socket]) each.off('end', stop).off('close', stop)
        letGo()
      }
      hurries.add(hurry)
      let left = BYTES_LIMIT
      // A connection that breaks now is nobody's concern any more.
      request.on('error', () => undefined)
      request.once('end', stop)
      request.once('close', stop)
      // A request that has its answer is not told when its connection goes.
      request.socket.once('close', stop)
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

/** Ends a connection of HTTP/1.1, or one stream of HTTP/2. */
function cutOff(request: IncomingMessage & { stream?: ServerHttp2Stream }): void {
  if (request.stream === undefined) request.destroy()
  else request.stream.close()
}

/**
 * Node destroys the connection of a client that wants no other answer as soon as this one is written. If more comes
 * then, the system resets the connection, and the answer may be lost on its way. So the connection is only closed for
 * writing until the function that is returned lets go of it.
 */
function linger({ socket, httpVersionMajor }: IncomingMessage): () => void {
  if (httpVersionMajor !== 1) return () => undefined
  const { destroySoon } = socket
  let isDue = false
  socket.destroySoon = () => {
    isDue = true
    socket.end()
  }
  return () => {
    socket.destroySoon = destroySoon
    if (isDue) socket.destroySoon()
  }
}

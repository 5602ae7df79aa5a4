import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'

type Response = FastifyReply['raw']

/** What is to happen when a connection goes: one listener for each, however many requests it carries or queues. */
const onceClosed = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls `end` exactly once: with true when the response was sent whole, with false when the client left before, at
 * once if it is gone already. A response alone does not tell: one that waits for its turn on a connection, or that
 * began after the connection was lost, never emits `close`.
 */
export function onResponseEnd(
  { raw: request }: FastifyRequest,
  { raw: response }: FastifyReply,
  end: (isWhole: boolean) => void,
): void {
  // The socket of HTTP/2 belongs to the session; there the response always closes.
  const socket = request.httpVersionMajor === 1 ? request.socket : undefined
  if (response.destroyed || socket?.destroyed === true || streamOf(response)?.destroyed === true) {
    end(false)
    return
  }
  const cuts = socket && closingOf(socket)
  const settle = (isWhole: boolean): void => {
    response.off('finish', finish).off('close', cut)
    cuts?.delete(cut)
    end(isWhole)
  }
  const finish = (): void => settle(isWhole(response, socket))
  const cut = (): void => settle(false)
  response.once('finish', finish).once('close', cut)
  cuts?.add(cut)
}

/** `finish` comes for a response whose bytes were lost on their way, too. */
function isWhole(response: Response, socket: Socket | undefined): boolean {
  const stream = streamOf(response)
  return stream === undefined ? (socket?.errored ?? null) === null : response.writableEnded && !stream.aborted
}

function closingOf(socket: Socket): Set<() => void> {
  const known = onceClosed.get(socket)
  if (known !== undefined) return known
  const cuts = new Set<() => void>()
  onceClosed.set(socket, cuts)
  socket.once('close', () => {
    for (const cut of cuts) cut()
  })
  return cuts
}

/** The stream of an HTTP/2 response. */
function streamOf(response: Response): { destroyed: boolean; aborted: boolean } | undefined {
  return (response as { stream?: { destroyed: boolean; aborted: boolean } }).stream
}

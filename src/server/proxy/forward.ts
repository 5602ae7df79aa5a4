import type { ClientRequest, IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ModelExchange } from '../observe/model-exchange.js'
import { onResponseEnd } from '../sources/response-end.js'
import { toClientHeaders, toUpstreamHeaders } from './headers.js'
import { sendUnreachable } from './problem.js'
import type { Upstream } from './upstreams.js'

export interface Forwarding {
  upstream: Upstream
  /** Path and query at the upstream. */
  path: string
  /** Looks at what passes; nothing waits for it. */
  exchange: ModelExchange | undefined
  /** Called once, when the client has its answer or is gone. */
  done: () => void
}

/**
 * Passes a request on and its response back, bytes as they come, each side as fast as the other takes them. Who leaves
 * takes the other along: a client that is gone ends the request to the upstream; an upstream that breaks off leaves the
 * client with an answer that is broken off, too.
 */
export function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  { upstream, path, exchange, done }: Forwarding,
): void {
  const client = request.raw
  const outgoing = upstream.request(client.method!, path, toUpstreamHeaders(client.rawHeaders))
  reply.hijack()
  onResponseEnd(request, reply, (isWhole) => {
    if (!isWhole) exchange?.abort()
    // An upload that the upstream did not wait for.
    else if (!client.complete) dropUpload(client, outgoing)
    if (!isWhole || !client.complete) outgoing.destroy()
    done()
  })
  const giveUp = (error: unknown): void => {
    exchange?.fail(error)
    // What the upstream has begun to answer ends as that answer does.
    if (reply.raw.headersSent || reply.raw.destroyed) return
    sendUnreachable(request, reply, upstream.name, error)
    dropUpload(client, outgoing)
  }
  outgoing.on('response', (incoming) => {
    try {
      passBack(incoming, reply, exchange)
    } catch (error) {
      // A status or header that Node reads but would not write.
      giveUp(error)
      outgoing.destroy()
    }
  })
  outgoing.on('error', giveUp)
  outgoing.on('close', () => {
    // It switched protocols, which nobody asked for.
    if (!reply.raw.headersSent) giveUp(Object.assign(new Error('no response'), { code: 'ECONNRESET' }))
  })
  client.pipe(outgoing)
  if (exchange === undefined) return
  client.on('data', (chunk: Buffer) => exchange.requestBody(chunk))
  client.on('end', () => exchange.requestEnd())
}

function passBack(incoming: IncomingMessage, { raw, request }: FastifyReply, exchange?: ModelExchange): void {
  const isHttp1 = request.raw.httpVersionMajor === 1
  const headers = toClientHeaders(incoming.rawHeaders)
  raw.sendDate = false
  if (isHttp1) raw.writeHead(incoming.statusCode!, incoming.statusMessage, headers)
  else raw.writeHead(incoming.statusCode!, headers)
  // With the first piece of the body, when that is here already; a model may well begin to answer long after.
  const flush = setImmediate(() => raw.flushHeaders())
  incoming.once('data', () => clearImmediate(flush)).once('end', () => clearImmediate(flush))
  incoming.pipe(raw)
  incoming.on('error', (error) => {
    exchange?.fail(error)
    // Where the answer's end is that of the connection, only a reset tells that it is not whole.
    const isSized = raw.chunkedEncoding || incoming.headers['content-length'] !== undefined
    if (isHttp1 && !isSized) raw.socket?.resetAndDestroy()
    else raw.destroy()
  })
  if (exchange === undefined) return
  exchange.response(incoming.statusCode!, (name) => toValue(incoming.headers[name]))
  // After the pipe's own: a chunk is on its way to the client before it is looked at.
  incoming.on('data', (chunk: Buffer) => exchange.responseBody(chunk))
  incoming.on('end', () => exchange.responseEnd())
}

/** What the upstream will never take is read to its end all the same: else the client would not read the answer. */
function dropUpload(client: IncomingMessage, outgoing: ClientRequest): void {
  client.unpipe(outgoing)
  client.resume()
}

function toValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}

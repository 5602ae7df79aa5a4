import { FastifySSEPlugin } from 'fastify-sse-v2'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { FeedEncoding } from './feed-encoding.js'
import { sseFormat, type FeedFormat } from './feed-format.js'
import type { ByteStream } from './session.js'

/*
 * The one file that knows fastify-sse-v2. Its own writer encodes per client, has no bound on its queue and leaves
 * open streams hanging at close, so it makes the handshake only: it hijacks the reply and sends the headers. All
 * bytes after that are the hub's. test/server/event-stream.test.ts holds the plugin to what is relied on here.
 */

/** Headers of the feed beside those of the plugin; nginx buffers a stream unless it is told not to. */
const HEADERS = {
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  vary: 'accept, accept-encoding',
} as const

const CACHE_CONTROL = 'no-cache,no-transform'

/** Makes event streams possible in `scope`, unless its host has already done so. */
export async function registerEventStreams(scope: FastifyInstance): Promise<void> {
  if (!scope.hasReplyDecorator('sse')) await scope.register(FastifySSEPlugin, { retryDelay: false })
}

/** Answers with status 200 and the headers of an event stream. From then on what it returns is the caller's to write. */
export function openEventStream(reply: FastifyReply, encoding: FeedEncoding): ByteStream {
  void reply.headers({ ...HEADERS, ...encodingHeader(encoding) })
  leaveUnframed(reply)
  reply.sse({})
  return toByteStream(reply)
}

/** The same for lines of JSON, which need no plugin. */
export function openLineStream(reply: FastifyReply): ByteStream {
  leaveUnframed(reply)
  void reply.headers({ ...HEADERS, 'content-type': ndjsonType, 'cache-control': CACHE_CONTROL }).hijack()
  const headers = reply.getHeaders()
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) reply.raw.setHeader(name, value)
  reply.raw.writeHead(200)
  reply.raw.flushHeaders()
  return toByteStream(reply)
}

/**
 * A feed ends when its connection does, so it needs no chunks: without them the bytes that all clients share can go
 * to the socket as they are, at two thirds of the CPU of a write to the response.
 */
function leaveUnframed({ raw, request }: FastifyReply): void {
  if (request.raw.httpVersionMajor === 1) raw.removeHeader('transfer-encoding')
}

/** The socket, once the response has it to itself: behind an earlier answer on the same connection it has none yet. */
function toByteStream({ raw, request }: FastifyReply): ByteStream {
  return request.raw.httpVersionMajor === 1 ? (raw.socket ?? raw) : raw
}

const ndjsonType = 'application/x-ndjson; charset=utf-8'

/** Answers HEAD: the headers that GET would have, and no stream. */
export function sendStreamHead(
  reply: FastifyReply,
  format: FeedFormat,
  encoding: FeedEncoding,
): FastifyReply {
  const type = format === sseFormat ? 'text/event-stream; charset=utf-8' : ndjsonType
  return reply
    .headers({
      ...HEADERS,
      'content-type': type,
      'cache-control': CACHE_CONTROL,
      ...encodingHeader(encoding),
    })
    .send()
}

function encodingHeader({ name }: FeedEncoding): { 'content-encoding'?: string } {
  return name === 'identity' ? {} : { 'content-encoding': name }
}

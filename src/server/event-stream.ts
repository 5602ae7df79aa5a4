import { FastifySSEPlugin } from 'fastify-sse-v2'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { FeedEncoding } from './feed-encoding.js'
import { sseFormat, type FeedFormat } from './feed-format.js'

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

/** Answers with status 200 and the headers of an event stream. From then on `reply.raw` is the caller's to write. */
export function openEventStream(reply: FastifyReply, encoding: FeedEncoding): FastifyReply['raw'] {
  void reply.headers({ ...HEADERS, ...encodingHeader(encoding) })
  reply.sse({})
  return reply.raw
}

/** The same for lines of JSON, which need no plugin. */
export function openLineStream(reply: FastifyReply): FastifyReply['raw'] {
  void reply.headers({ ...HEADERS, 'content-type': ndjsonType, 'cache-control': CACHE_CONTROL }).hijack()
  const headers = reply.getHeaders()
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) reply.raw.setHeader(name, value)
  reply.raw.writeHead(200)
  reply.raw.flushHeaders()
  return reply.raw
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

import { FastifySSEPlugin } from 'fastify-sse-v2'
import type { FastifyInstance, FastifyReply } from 'fastify'

/*
 * The one file that knows fastify-sse-v2. Its own writer encodes per client, has no bound on its queue and leaves
 * open streams hanging at close, so it makes the handshake only: it hijacks the reply and sends the headers. All
 * bytes after that are the hub's. test/server/event-stream.test.ts holds the plugin to what is relied on here.
 */

/** Headers of the feed beside those of the plugin; nginx buffers a stream unless it is told not to. */
const HEADERS = { 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' } as const

/** What fastify-sse-v2 sends, for the answer to HEAD. */
const HEAD_HEADERS = {
  ...HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache,no-transform',
} as const

/** Makes event streams possible in `scope`, unless its host has already done so. */
export async function registerEventStreams(scope: FastifyInstance): Promise<void> {
  if (!scope.hasReplyDecorator('sse')) await scope.register(FastifySSEPlugin, { retryDelay: false })
}

/** Answers with status 200 and the headers of an event stream. From then on `reply.raw` is the caller's to write. */
export function openEventStream(reply: FastifyReply): FastifyReply['raw'] {
  void reply.headers(HEADERS)
  reply.sse({})
  return reply.raw
}

/** Answers HEAD: the headers that GET would have, and no stream. */
export function sendEventStreamHead(reply: FastifyReply): FastifyReply {
  return reply.headers(HEAD_HEADERS).send()
}

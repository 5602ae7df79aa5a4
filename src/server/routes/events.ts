import type { FastifyInstance, FastifyRequest } from 'fastify'
import { OpsError } from '../errors.js'
import { openEventStream, openLineStream, sendStreamHead } from '../event-stream.js'
import { ndjsonFormat, sseFormat, type FeedFormat } from '../feed-format.js'
import { createFilter, feedQuery, type FeedQuery } from '../filter.js'
import type { Hub } from '../hub.js'
import { parse } from '../validation.js'
import { readOnly } from './read-only.js'

/** `GET /events`: the feed. */
export function eventsRoute(scope: FastifyInstance, hub: Hub): void {
  /** Connections that carry a stream: whatever is asked behind it on the same one could never be answered. */
  const streaming = new WeakSet<object>()

  readOnly(
    scope,
    '/events',
    (request, reply) => {
      const query = parse(feedQuery, request.query, 'parameter')
      const { socket } = request.raw
      if (request.raw.httpVersionMajor === 1) {
        if (streaming.has(socket))
          throw new OpsError('OPS_PIPELINED', 429, 'One connection carries one stream.')
        streaming.add(socket)
      }
      const format = toFormat(query, request)
      const header = request.headers['last-event-id']
      hub.attach(format === sseFormat ? openEventStream(reply) : openLineStream(reply), {
        filter: createFilter(query),
        format,
        history: query.history,
        lastEventId: typeof header === 'string' && header !== '' ? header : query.lastEventId,
        address: request.ip,
      })
    },
    {
      head: (request, reply) =>
        sendStreamHead(reply, toFormat(parse(feedQuery, request.query, 'parameter'), request)),
    },
  )
}

function toFormat(query: FeedQuery, request: FastifyRequest): FeedFormat {
  const asksForLines = request.headers.accept?.includes('application/x-ndjson') === true
  return (query.format ?? (asksForLines ? 'ndjson' : 'sse')) === 'ndjson' ? ndjsonFormat : sseFormat
}

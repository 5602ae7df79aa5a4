import type { FastifyInstance, FastifyRequest } from 'fastify'
import { OpsError } from '../errors.js'
import { openEventStream, openLineStream, sendStreamHead } from '../event-stream.js'
import { gzipEncoding, identityEncoding } from '../feed-encoding.js'
import { ndjsonFormat, sseFormat } from '../feed-format.js'
import { createFilter, feedQuery } from '../filter.js'
import type { AttachOptions, Hub } from '../hub.js'
import { parse } from '../validation.js'
import { readOnly } from './read-only.js'

interface EventsOptions {
  /** Clients that accept it share one compressed stream. */
  compression: boolean
}

/** `GET /events`: the feed. */
export function eventsRoute(scope: FastifyInstance, hub: Hub, { compression }: EventsOptions): void {
  /** Connections that carry a stream: whatever is asked behind it on the same one could never be answered. */
  const streaming = new WeakSet<object>()

  const negotiate = (request: FastifyRequest): AttachOptions => {
    const query = parse(feedQuery, request.query, 'parameter')
    const { accept, 'accept-encoding': encodings, 'last-event-id': header } = request.headers
    const asksForLines = accept?.includes('application/x-ndjson') === true
    const format = (query.format ?? (asksForLines ? 'ndjson' : 'sse')) === 'ndjson' ? ndjsonFormat : sseFormat
    const filter = createFilter(query)
    const isShared = compression && filter.isDefault && format === sseFormat && acceptsGzip(encodings)
    return {
      filter,
      format,
      encoding: isShared ? gzipEncoding : identityEncoding,
      history: query.history,
      // An empty one is that of a client that has seen no event yet.
      lastEventId: [header, query.lastEventId].find((id) => typeof id === 'string' && id !== '') as
        string | undefined,
      connection: request.raw.httpVersionMajor === 1 ? request.raw.socket : undefined,
      address: request.ip,
    }
  }

  readOnly(
    scope,
    '/events',
    (request, reply) => {
      const options = negotiate(request)
      if (request.raw.httpVersionMajor === 1) {
        const { socket } = request.raw
        if (streaming.has(socket))
          throw new OpsError('OPS_PIPELINED', 429, 'One connection carries one stream.')
        streaming.add(socket)
      }
      const { format, encoding } = options
      hub.attach(format === sseFormat ? openEventStream(reply, encoding) : openLineStream(reply), options)
    },
    {
      head: (request, reply) => {
        const { format, encoding } = negotiate(request)
        return sendStreamHead(reply, format, encoding)
      },
    },
  )
}

/** Whether gzip is named, and not with a weight of 0. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(header ?? ''))
}

import type { FastifyInstance } from 'fastify'
import { openEventStream, sendEventStreamHead } from '../event-stream.js'
import { createFilter, feedQuery } from '../filter.js'
import type { Hub } from '../hub.js'
import { parse } from '../validation.js'
import { readOnly } from './read-only.js'

/** `GET /events`: the feed. */
export function eventsRoute(scope: FastifyInstance, hub: Hub): void {
  readOnly(
    scope,
    '/events',
    (request, reply) => {
      const query = parse(feedQuery, request.query, 'parameter')
      const header = request.headers['last-event-id']
      const lastEventId = typeof header === 'string' && header !== '' ? header : query.lastEventId
      hub.attach(openEventStream(reply), createFilter(query), lastEventId)
    },
    {
      head: (request, reply) => {
        parse(feedQuery, request.query, 'parameter')
        return sendEventStreamHead(reply)
      },
    },
  )
}

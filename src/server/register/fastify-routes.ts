import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import type { Cancel } from '../../bus/clock.js'
import { inboundOf } from './connection.js'
import { attempt, guarded, type Watch } from './watch.js'

const CHANNEL = 'fastify.initialization'

/** Has the requests of Fastify apps named by their routes, which only Fastify knows. */
export function watchFastifyRoutes(watch: Watch): Cancel {
  const place = 'The naming of a Fastify request'
  const begin = guarded(watch, place, ({ fastify }: { fastify: FastifyInstance }) => {
    fastify.addHook('onRequest', (request, _reply, done) => {
      const inbound = inboundOf(request.raw)
      if (inbound?.id !== undefined) attempt(watch, place, () => inbound.setRoute(request.routeOptions.url))
      done()
    })
  })
  subscribe(CHANNEL, begin as never)
  return () => void unsubscribe(CHANNEL, begin as never)
}

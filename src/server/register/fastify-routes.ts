import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import type { Cancel } from '../../bus/clock.js'
import { RoutePatterns } from './route-patterns.js'
import { attempt, guarded, type Watch } from './watch.js'

const CHANNEL = 'fastify.initialization'
const PLACE = 'The naming of Fastify requests'

/** By the server that Fastify listens with. */
const patterns = new WeakMap<object, RoutePatterns>()

/** The pattern of the route that a Fastify app answers this with; undefined when there is none, or it is no Fastify app. */
export function findFastifyRoute(
  server: object | undefined,
  method: string,
  path: string,
): string | undefined {
  return server && patterns.get(server)?.find(method, path)
}

/**
 * Learns the routes of Fastify apps as they are added, which costs their requests nothing: only those that are shown are
 * named.
 */
export function watchFastifyRoutes(watch: Watch): Cancel {
  const begin = guarded(watch, PLACE, ({ fastify }: { fastify: FastifyInstance }) => {
    const routes = new RoutePatterns()
    patterns.set(fastify.server, routes)
    fastify.addHook('onRoute', ({ method, url }) => {
      attempt(watch, PLACE, () => routes.add(method, url))
    })
  })
  subscribe(CHANNEL, begin as never)
  return () => void unsubscribe(CHANNEL, begin as never)
}

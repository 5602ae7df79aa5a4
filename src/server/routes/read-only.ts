import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { sendMethodNotAllowed } from '../errors.js'

interface ReadOnlyOptions {
  /** Answers HEAD where running `handler` for it would be wrong. Default: as GET, without the body. */
  head?: RouteHandlerMethod
}

/** Registers `handler` for GET and HEAD; every other method is answered 405 with `Allow`. */
export function readOnly(
  scope: FastifyInstance,
  url: string,
  handler: RouteHandlerMethod,
  { head }: ReadOnlyOptions = {},
): void {
  if (head !== undefined) scope.route({ method: 'HEAD', url, handler: head })
  scope.route({ method: 'GET', url, handler, exposeHeadRoute: head === undefined })
  scope.route({
    method: scope.supportedMethods.filter((method) => method !== 'GET' && method !== 'HEAD'),
    url,
    // Before the body is read: what it holds makes no difference.
    onRequest: (request, reply) => sendMethodNotAllowed(request, reply),
    handler: (request, reply) => sendMethodNotAllowed(request, reply),
  })
}

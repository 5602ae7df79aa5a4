import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { toErrorBody } from '../errors.js'

const OTHER_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

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
    method: OTHER_METHODS,
    url,
    handler: (request, reply) =>
      reply
        .code(405)
        .header('allow', 'GET, HEAD')
        .send(toErrorBody('OPS_METHOD', `${request.method} is not accepted here; GET and HEAD are.`)),
  })
}

import type { FastifyInstance, RouteHandlerMethod, onRequestHookHandler } from 'fastify'
import { sendMethodNotAllowed } from '../errors.js'

interface PostOnlyOptions {
  /** Refuses what can be refused by its head alone. */
  onRequest: onRequestHookHandler
}

/**
 * Registers `handler` for POST, which gets the body as a stream that nobody has read, whatever its type; every other
 * method is answered 405 with `Allow`. `scope` must be one of its own: its parsers go.
 */
export function postOnly(
  scope: FastifyInstance,
  url: string,
  handler: RouteHandlerMethod,
  { onRequest }: PostOnlyOptions,
): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _body, done) => done(null))
  // Tells @fastify/compress, where a host has it, not to decompress the body as well.
  const raw = { decompress: false }
  scope.route({ method: 'POST', url, onRequest, handler, ...raw })
  const refuse: RouteHandlerMethod = (request, reply) => sendMethodNotAllowed(request, reply, ['POST'])
  scope.route({
    method: scope.supportedMethods.filter((method) => method !== 'POST'),
    url,
    exposeHeadRoute: false,
    onRequest: (request, reply) => sendMethodNotAllowed(request, reply, ['POST']),
    handler: refuse,
  })
}

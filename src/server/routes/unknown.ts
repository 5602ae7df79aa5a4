import type { FastifyInstance } from 'fastify'
import { sendMethodNotAllowed, sendNotFound } from '../errors.js'

/**
 * Answers every address of `scope` that no route knows with 404, before anything reads a body. A route, because it
 * keeps to the host's rules of case and slashes; Fastify's own handler is for the methods that no route can have.
 */
export function answerUnknown(scope: FastifyInstance): void {
  scope.all('/*', {
    onRequest: (request, reply) => sendNotFound(request, reply),
    handler: sendNotFound,
  })
  scope.setNotFoundHandler((request, reply) => {
    if (scope.supportedMethods.includes(request.method)) sendNotFound(request, reply)
    else sendMethodNotAllowed(request, reply)
  })
}

import type { FastifyInstance, FastifyRequest } from 'fastify'

/** On the scope, and so on all scopes in it; the same symbol in every copy of this package. */
const OWN = Symbol.for('opswire.scope')

/** Marks everything that `scope` answers, unknown addresses too, as the dashboard's own. */
export function markOwnRoutes(scope: FastifyInstance): void {
  scope.decorate(OWN, true)
}

/**
 * Whether a dashboard answers this request, this mount or another. Told by the scope that the router chose: the same
 * address can be written in many ways.
 */
export function isOwnRequest(request: FastifyRequest): boolean {
  return (request.server as { [OWN]?: true })[OWN] === true
}

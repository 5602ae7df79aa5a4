import { once } from 'node:events'

export const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }

/**
 * Listens with a Fastify app on a free port of the loopback address.
 * @param {import('fastify').FastifyInstance} app
 * @returns {Promise<number>} the port
 */
export async function listenApp(app) {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return portOf(app.server)
}

/**
 * Listens on a free port of the loopback address.
 * @param {import('node:net').Server} server
 * @returns {Promise<number>} the port
 */
export async function listen(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return portOf(server)
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}

import Fastify from 'fastify'
import { FastifySSEPlugin } from 'fastify-sse-v2'
import { listenApp } from '../listen.js'

/**
 * fastify-sse-v2 as its readme shows it: one call per event and client.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  const app = Fastify()
  await app.register(FastifySSEPlugin)
  /** @type {Set<import('fastify').FastifyReply>} */
  const replies = new Set()
  app.get('/events', (_request, reply) => {
    reply.sse({})
    replies.add(reply)
    reply.raw.once('close', () => replies.delete(reply))
  })
  const port = await listenApp(app)
  return {
    port,
    path: '/events',
    publish(line) {
      const event = { id: String(line.seq), event: 'log', data: JSON.stringify(line) }
      for (const reply of replies) reply.sse(event)
    },
    stop() {},
  }
}

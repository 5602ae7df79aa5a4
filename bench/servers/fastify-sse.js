import fastifySse from '@fastify/sse'
import Fastify from 'fastify'
import { listenApp } from '../listen.js'

/**
 * @fastify/sse as its readme shows it: one `send` per event and client.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  const app = Fastify()
  await app.register(/** @type {any} */ (fastifySse))
  /** Types of fastify-sse-v2 and of this plugin exclude each other. @type {Set<any>} */
  const replies = new Set()
  app.get('/events', { sse: true }, async (_request, /** @type {any} */ reply) => {
    reply.sse.keepAlive()
    reply.sse.sendHeaders()
    reply.raw.flushHeaders()
    replies.add(reply)
    reply.sse.onClose(() => replies.delete(reply))
  })
  const port = await listenApp(app)
  const ignore = () => undefined
  return {
    port,
    path: '/events',
    publish(line) {
      const event = { id: String(line.seq), event: 'log', data: line }
      for (const reply of replies) reply.sse.send(event).catch(ignore)
    },
    stop() {},
  }
}

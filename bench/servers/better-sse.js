import { createServer } from 'node:http'
import { createChannel, createSession } from 'better-sse'
import { listen } from '../listen.js'

/**
 * better-sse as its readme shows it: a channel that broadcasts.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  const channel = createChannel()
  const server = createServer(async (request, response) => {
    channel.register(await createSession(request, response))
  })
  return {
    port: await listen(server),
    path: '/events',
    publish: (line) => channel.broadcast(line, 'log', { eventId: String(line.seq) }),
    stop() {},
  }
}

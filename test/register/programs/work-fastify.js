// A Fastify app in an ES module that does everything there is a hook for. Knows nothing of opswire.
import Fastify from 'fastify'
import { announce, work } from './every-hook.cjs'

const serializers = { req: (/** @type {{ url: string }} */ { url }) => ({ url }) }
const app = Fastify({ logger: { timestamp: false, base: null, level: 'error', serializers } })
app.get('/work', () => work())
app.get('/users/:id', async (request) => request.params)
app.get('/fail', async () => {
  throw new Error('this route is broken')
})
app.get('/hold', (_request, reply) => {
  reply.hijack()
  reply.raw.write('wait')
})
await app.listen({ port: 0, host: '127.0.0.1' })
announce(app.server)

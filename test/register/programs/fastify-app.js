// A Fastify app in an ES module whose pino lines go to standard output. Knows nothing of opswire.
import Fastify from 'fastify'
import { pino } from 'pino'

const app = Fastify({ logger: true })
const other = pino({
  name: 'worker',
  redact: ['password'],
  hooks: { streamWrite: (line) => line.replace(/secret/g, '***') },
})
app.get('/users/:name', async () => ({ hello: 'world' }))
app.get('/log', async (request) => {
  request.log.warn({ user: 'u1' }, 'watch out')
  other.child({ job: 7 }).error({ password: 'hunter2' }, 'a secret failed')
  return 'ok'
})
app.get('/fail', async (request) => {
  request.log.error('told once')
  throw new Error('broken')
})
await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(/** @type {import('node:net').AddressInfo} */ (app.server.address()).port)

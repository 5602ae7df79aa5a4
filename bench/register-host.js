// A hello-world of Fastify, started as `bench/parts/register.js` says. Knows nothing of opswire.
import Fastify from 'fastify'

const app = Fastify()
app.get('/', async () => ({ hello: 'world' }))
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = /** @type {import('node:net').AddressInfo} */ (app.server.address())
process.send?.({ port })
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))

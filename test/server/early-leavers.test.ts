import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../src/index.js'
import opswire from '../../src/server/fastify.js'

/** A host whose own hook takes its time before a stream opens, as an authorisation does. */
async function startSlowHost(): Promise<{ port: number; viewers: () => number; reached: () => number }> {
  const app = Fastify()
  const ops = createOps()
  let reached = 0
  app.addHook('onRequest', async () => {
    await sleep(150)
    reached++
  })
  await app.register(opswire, { ops })
  app.get('/slow', async () => {
    await sleep(300)
    return 'ok'
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    await app.close()
    ops.close()
  })
  const { port } = app.server.address() as net.AddressInfo
  return { port, viewers: () => ops.metrics().feed.viewers, reached: () => reached }
}

it('a client that left before its stream opened is no viewer', async () => {
  const { port, viewers, reached } = await startSlowHost()
  for (let i = 0; i < 5; i++) {
    const socket = net.connect(port, '127.0.0.1')
    socket.write('GET /ops/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    setTimeout(() => socket.destroy(), 50)
  }
  await expect.poll(reached).toBe(5)
  await sleep(50)
  expect(viewers()).toBe(0)
})

it('a stream that waits behind another answer on its connection goes when the connection does', async () => {
  const { port, viewers } = await startSlowHost()
  const socket = net.connect(port, '127.0.0.1')
  socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /ops/events HTTP/1.1\r\nHost: x\r\n\r\n')
  await expect.poll(viewers).toBe(1)
  socket.destroy()
  await expect.poll(viewers, { timeout: 4000 }).toBe(0)
})

it('one connection carries one stream, however many are asked for on it', async () => {
  const { port, viewers, reached } = await startSlowHost()
  const socket = net.connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write('GET /ops/events HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50))
  await expect.poll(reached).toBeGreaterThan(10)
  expect(viewers()).toBe(1)
  socket.destroy()
  await expect.poll(viewers, { timeout: 4000 }).toBe(0)
})

import net from 'node:net'
import Fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { identityEncoding } from '../../src/server/feed-encoding.js'
import { openEventStream, registerEventStreams } from '../../src/server/event-stream.js'

/** The bytes of one answer until `done` takes them. */
async function readRaw(port: number, done: (text: string) => boolean): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (done(text)) break
  }
  return text
}

it('fastify-sse-v2 sends the headers, no byte of its own, and leaves the connection to the hub', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await registerEventStreams(app)
  let firstWriteNeedsDrain: boolean | undefined
  app.get('/stream', (_request, reply) => {
    const stream = openEventStream(reply, identityEncoding)
    setTimeout(() => {
      firstWriteNeedsDrain = !stream.write(Buffer.from('data: one\n\ndata: two\n\n'))
      stream.end(Buffer.from('data: three\n\n'))
    }, 20)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as net.AddressInfo
  const text = await readRaw(port, () => false)
  const [head, ...body] = text.split(/\r\n\r\n/)
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(head?.toLowerCase().split('\r\n')).toEqual(
    expect.arrayContaining([
      'content-type: text/event-stream; charset=utf-8',
      'cache-control: no-cache,no-transform',
      'connection: keep-alive',
      'x-accel-buffering: no',
      'x-content-type-options: nosniff',
    ]),
  )
  expect(head).not.toMatch(/transfer-encoding|content-length/i)
  // The bytes as they were written, then the end of the connection: nothing before, between or after.
  expect(body.join('\r\n\r\n')).toBe('data: one\n\ndata: two\n\ndata: three\n\n')
  expect(firstWriteNeedsDrain).toBe(false)
})

it('a stream that waits behind an earlier answer on its connection comes after it, whole', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await registerEventStreams(app)
  let answerSlow: (text: string) => void = () => undefined
  app.get('/slow', () => new Promise<string>((resolve) => (answerSlow = resolve)))
  app.get('/stream', (_request, reply) => {
    const stream = openEventStream(reply, identityEncoding)
    stream.write(Buffer.from('data: one\n\n'))
    answerSlow('slow answer')
    stream.end(Buffer.from('data: two\n\n'))
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as net.AddressInfo
  const socket = net.connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\nGET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  expect(text.indexOf('slow answer')).toBeGreaterThan(0)
  expect(text.slice(text.indexOf('slow answer'))).toMatch(/^slow answerHTTP\/1\.1 200 OK\r\n/)
  expect(text).toMatch(/\r\n\r\ndata: one\n\ndata: two\n\n$/)
})

it('is shared with a host that has registered fastify-sse-v2 itself', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await registerEventStreams(app)
  await expect(app.register((scope) => registerEventStreams(scope))).resolves.toBeDefined()
})

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

it('fastify-sse-v2 sends the headers, no byte of its own, and leaves the raw response to the hub', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await registerEventStreams(app)
  let firstWriteNeedsDrain: boolean | undefined
  app.get('/stream', (_request, reply) => {
    const raw = openEventStream(reply, identityEncoding)
    setTimeout(() => {
      firstWriteNeedsDrain = !raw.write(Buffer.from('data: one\n\ndata: two\n\n'))
      raw.end()
    }, 20)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as net.AddressInfo
  const text = await readRaw(port, (all) => all.endsWith('0\r\n\r\n'))
  const [head, ...chunks] = text.split(/\r\n\r\n/)
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
  // One chunk with the frames as they were written, then the end: nothing before, between or after.
  expect(chunks.join('\r\n\r\n')).toBe('16\r\ndata: one\n\ndata: two\n\n\r\n0\r\n\r\n')
  expect(firstWriteNeedsDrain).toBe(false)
})

it('is shared with a host that has registered fastify-sse-v2 itself', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await registerEventStreams(app)
  await expect(app.register((scope) => registerEventStreams(scope))).resolves.toBeDefined()
})

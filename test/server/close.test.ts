import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../src/index.js'
import { buildApp } from '../../src/server/app.js'
import { openFeed } from '../helpers/feed-reader.js'
import { startHost } from '../helpers/host.js'

describe('closing the host', () => {
  it('says bye to 20 open streams and is through in under a second', async () => {
    const { app, ops, feed } = await startHost()
    const readers = await Promise.all(Array.from({ length: 20 }, () => feed()))
    await Promise.all(readers.map((reader) => reader.until('snapshot')))
    ops.log('info', 'a', 'the last line')
    const startedAt = performance.now()
    await app.close()
    expect(performance.now() - startedAt).toBeLessThan(1000)
    await Promise.all(readers.map((reader) => reader.ended))
    for (const reader of readers) {
      const last = reader.events.at(-1)
      expect(last).toMatchObject({ event: 'bye', data: { reason: 'shutdown' } })
      expect(last?.event === 'bye' && reader.text()).toContain(
        `retry: ${last?.event === 'bye' ? last.data.retry : ''}\n\nevent: bye`,
      )
      expect(reader.events.at(-2)).toMatchObject({ event: 'log', data: [{ message: 'the last line' }] })
    }
  })

  it('is not held up by a client that does not read', async () => {
    const { app, ops, feed } = await startHost()
    const stalled = await feed()
    stalled.pause()
    const floodAndLook = (): number => {
      for (let i = 0; i < 300; i++) ops.log('info', 'a', 'x'.repeat(5000))
      return ops.metrics().feed.lagging
    }
    await expect.poll(floodAndLook, { timeout: 5000 }).toBe(1)
    const startedAt = performance.now()
    await app.close()
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('answers health with 503 while it drains', async () => {
    let duringClose: number | undefined
    const { app, url } = await startHost({
      routes: (host) =>
        host.addHook('onClose', async () => {
          duringClose = (await host.inject('/ops/health').catch(() => ({ statusCode: 503 }))).statusCode
        }),
    })
    expect((await fetch(`${url}/ops/health`)).status).toBe(200)
    await app.close()
    expect(duringClose).toBe(503)
  })

  it('answers a health request that arrives while the standalone server closes', async () => {
    const app = await buildApp(createOps())
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const socket = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    // Half a request keeps its connection open while the server closes.
    const accepted = new Promise((resolve) => app.server.once('connection', resolve))
    socket.write('GET /health HTTP/1.1\r\nhost: a\r\n')
    await accepted
    const closed = app.close()
    await expect.poll(() => app.server.listening).toBe(false)
    socket.write('\r\n')
    await closed
    await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 503 [^]*"status":"draining"/)
  })

  it('leaves the recorder safe to call', async () => {
    const { app, ops, url } = await startHost()
    const reader = await openFeed(`${url}/ops/events`)
    await app.close()
    expect(() => ops.log('info', 'a', 'after')).not.toThrow()
    await reader.ended
    expect(ops.logLines().at(-1)?.message).toBe('after')
  })
})

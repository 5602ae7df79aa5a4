import http from 'node:http'
import http2 from 'node:http2'
import { connect, type Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps, type Ops } from '../../src/index.js'
import opswire from '../../src/server/fastify.js'
import { startHost, type Host } from '../helpers/host.js'
import { send } from '../helpers/send.js'

async function closeBoth(app: FastifyInstance, ops: Ops): Promise<void> {
  app.server.closeAllConnections?.()
  await app.close()
  ops.close()
}

describe("the host's HTTP requests", () => {
  it('appear as they start and end: by route pattern, failed from 500 on, cancelled when the client leaves', async () => {
    let release: () => void = () => undefined
    const { ops, url } = await startHost({
      routes(app) {
        app.get('/users/:id', () => 'ok')
        app.get('/missing', (_request, reply) => reply.code(404).send('no'))
        app.get('/broken', () => {
          throw new Error('database gone')
        })
        app.get('/hang', () => new Promise<string>((resolve) => (release = () => resolve('late'))))
      },
    })
    await fetch(`${url}/users/7?secret=1`)
    await fetch(`${url}/missing`)
    await fetch(`${url}/broken`)
    await fetch(`${url}/no/such/route`)
    const abandoned = http.get(`${url}/hang`)
    abandoned.on('error', () => undefined)
    const stateOf = (name: string): string | undefined =>
      ops.requests().find((item) => item.name === name)?.state
    await expect.poll(() => stateOf('GET /hang')).toBe('active')
    abandoned.destroy()
    await expect.poll(() => stateOf('GET /hang')).toBe('cancelled')
    release()
    expect(ops.requests().map(({ name, kind, state }) => [name, kind, state])).toEqual([
      ['GET /users/:id', 'http', 'ok'],
      ['GET /missing', 'http', 'ok'],
      ['GET /broken', 'http', 'error'],
      ['GET (no route)', 'http', 'ok'],
      ['GET /hang', 'http', 'cancelled'],
    ])
    expect(JSON.stringify(ops.requests())).not.toContain('secret')
    const line = ops.logLines().find(({ message, requestId }) => message === 'database gone' && requestId)
    expect(ops.requests().find(({ id }) => id === line?.requestId)?.name).toBe('GET /broken')
  })

  it('that fail make their line also when another process has one under the same number', async () => {
    const host = await startHost({
      routes: (app) => {
        app.get('/unavailable', ({ id }, reply) => {
          const theirs = { level: 'error', source: 'them', message: 'theirs', requestId: id } as const
          host.ops.bus.publish('log', { ...theirs, instance: 'another' })
          return reply.code(503).send('later')
        })
      },
    })
    await fetch(`${host.url}/unavailable`)
    await expect
      .poll(() => host.ops.logLines().map(({ message }) => message))
      .toContain('GET /unavailable: 503 Service Unavailable')
  })

  it('that fail make one line: the one of the host, or one of their own when the host writes none', async () => {
    const routes = (app: FastifyInstance): void => {
      app.get('/broken', () => {
        throw new Error('database gone')
      })
      app.get('/unavailable', (_request, reply) => reply.code(503).send('later'))
    }
    const errorsOf = ({ ops }: Host) => ops.logLines().filter(({ level }) => level === 'error')
    const told = await startHost({ routes })
    const silent = await startHost({ routes, fastify: { logger: false } })
    for (const host of [told, silent]) {
      await fetch(`${host.url}/broken`)
      await fetch(`${host.url}/unavailable`)
      await expect.poll(() => host.ops.requests().map(({ state }) => state)).toEqual(['error', 'error'])
      expect(host.ops.metrics().counters['errors']).toBe(2)
    }
    const unavailable = ['request', 'GET /unavailable: 503 Service Unavailable']
    expect(errorsOf(told).map(({ source, message }) => [source, message])).toEqual([
      ['host', 'database gone'],
      unavailable,
    ])
    expect(errorsOf(silent).map(({ source, message }) => [source, message])).toEqual([
      ['request', 'GET /broken: database gone'],
      unavailable,
    ])
  })

  it('end although the client left before they were seen', async () => {
    const releases: (() => void)[] = []
    const app = Fastify()
    const ops = createOps()
    onTestFinished(() => closeBoth(app, ops))
    app.addHook('onRequest', () => new Promise<void>((resolve) => releases.push(resolve)))
    await app.register(opswire, { ops })
    app.get('/x', () => 'ok')
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const closed = new Promise((resolve) =>
      app.server.once('connection', (socket: Socket) => socket.once('close', resolve)),
    )
    const client = connect(Number(port), '127.0.0.1')
    client.write('GET /x HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(2))
    await expect.poll(() => releases).toHaveLength(2)
    client.destroy()
    await closed
    for (const release of releases) release()
    await expect.poll(() => ops.requests().map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
  })

  it('end although their responses were waiting for their turn when the client left', async () => {
    const warnings: string[] = []
    const onWarning = ({ name }: Error): number => warnings.push(name)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const { ops, url } = await startHost({
      routes: (app) => app.get('/hang', () => new Promise(() => undefined)),
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('GET /hang HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(15))
    const states = (): string[] => ops.requests().map(({ state }) => state)
    await expect.poll(states).toEqual(Array(15).fill('active'))
    socket.destroy()
    await expect.poll(states).toEqual(Array(15).fill('cancelled'))
    expect(warnings).toEqual([])
  })

  it('leave nothing behind on a connection that carries many', async () => {
    const sockets = new Set<Socket>()
    const { app, ops, url } = await startHost({
      routes: (host) => host.get('/x', ({ socket }) => String(sockets.add(socket).size)),
    })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const before: number[] = []
    for (let i = 0; i < 30; i++) {
      await send(`${url}/x`, { agent })
      before.push([...sockets][0]!.listenerCount('close'))
    }
    expect([sockets.size, before.at(-1)]).toEqual([1, before[0]])
    await expect.poll(() => ops.requests().filter(({ state }) => state === 'ok')).toHaveLength(30)
    await app.close()
  })

  it('whose bytes were lost on the way are cancelled', async () => {
    const { ops, url } = await startHost({
      routes: (app) => app.get('/big', () => Buffer.alloc(50_000_000)),
    })
    const request = http.get(`${url}/big`, (response) => response.once('data', () => request.destroy()))
    request.on('error', () => undefined)
    await expect.poll(() => ops.requests().map(({ state }) => state)).toEqual(['cancelled'])
  })

  it('made by inject are requests like others', async () => {
    const { app, ops } = await startHost({
      routes(host) {
        host.get('/x', () => 'ok')
        host.get('/broken', (_request, reply) => reply.code(500).send('no'))
      },
    })
    await app.inject('/x')
    await app.inject('/broken')
    await expect
      .poll(() => ops.requests().map(({ name, state }) => [name, state]))
      .toEqual([
        ['GET /x', 'ok'],
        ['GET /broken', 'error'],
      ])
  })

  it('of HTTP/2 end as they do', async () => {
    const app = Fastify({ http2: true })
    const ops = createOps()
    onTestFinished(() => closeBoth(app as never, ops))
    await app.register(opswire as never, { ops } as never)
    app.get('/x', () => 'ok')
    app.get('/hang', () => new Promise(() => undefined))
    const session = http2.connect(await app.listen({ port: 0, host: '127.0.0.1' }))
    onTestFinished(() => session.destroy())
    const states = (): unknown[] => ops.requests().map(({ name, state }) => [name, state])
    session.request({ ':path': '/x' }).resume()
    await expect.poll(states).toEqual([['GET /x', 'ok']])
    const hanging = session.request({ ':path': '/hang' })
    hanging.on('error', () => undefined)
    await expect.poll(states).toContainEqual(['GET /hang', 'active'])
    hanging.close(http2.constants.NGHTTP2_CANCEL)
    await expect.poll(states).toContainEqual(['GET /hang', 'cancelled'])
  })

  it('of two servers, or with ids that repeat, are told apart', async () => {
    const ops = createOps()
    const releases: (() => void)[] = []
    const startServer = async (genReqId?: () => string): Promise<string> => {
      const app = Fastify({ ...(genReqId && { genReqId }) })
      onTestFinished(() => closeBoth(app, ops))
      await app.register(opswire, { ops })
      app.get('/ok', () => 'ok')
      app.get('/hang', () => new Promise<string>((resolve) => releases.push(() => resolve('late'))))
      return app.listen({ port: 0, host: '127.0.0.1' })
    }
    const first = await startServer()
    const second = await startServer()
    const same = await startServer(() => 'same')
    await fetch(`${first}/ok`)
    const hanging = [first, same].map((url) => fetch(`${url}/hang`))
    await expect.poll(() => releases).toHaveLength(2)
    // req-1 has ended, req-2 and the repeated one are in flight.
    for (const url of [second, second, same]) await fetch(`${url}/ok`)
    const states = (): unknown[] => ops.requests().map(({ name, state }) => [name, state])
    await expect
      .poll(states)
      .toEqual([...Array(4).fill(['GET /ok', 'ok']), ...Array(2).fill(['GET /hang', 'active'])])
    for (const release of releases) release()
    await Promise.all(hanging)
    await expect.poll(() => ops.metrics().gauges['activeRequests']).toBe(0)
    expect(ops.metrics().counters['anomalies']).toBeUndefined()
    expect(new Set(ops.requests().map(({ id }) => id)).size).toBe(6)
  })

  it('leave out the dashboard itself and what the host ignores', async () => {
    const { ops, url, feed } = await startHost({
      plugin: { ignore: ({ url: path }) => path === '/quiet' },
      routes(app) {
        app.get('/quiet', () => 'ok')
        app.get('/opsy', () => 'ok')
      },
    })
    const reader = await feed()
    await reader.until('snapshot')
    const before = ops.position
    for (const path of ['/ops/api/snapshot', '/ops/nope', '/ops', '/ops?x', '/ops/health', '/quiet']) {
      await fetch(`${url}${path}`, { redirect: 'manual' })
    }
    await fetch(`${url}/ops/events?bad=1`)
    expect(ops.requests()).toEqual([])
    // The host itself logs what it ignores; the dashboard's own traffic leaves no line.
    const lines = ops.logLines().filter(({ seq }) => seq > before)
    expect(lines.map(({ fields }) => (fields?.['req'] as { url?: string } | undefined)?.url)).toEqual([
      '/quiet',
      undefined,
    ])
    await fetch(`${url}/opsy`)
    await expect.poll(() => ops.requests().map(({ name }) => name)).toEqual(['GET /opsy'])
  })

  it('are unharmed by an ignore function that throws; it is logged once', async () => {
    const { ops, url } = await startHost({
      plugin: {
        ignore: () => {
          throw new Error('bad rule')
        },
      },
      routes: (app) => app.get('/x', () => 'ok'),
    })
    for (let i = 0; i < 3; i++) expect(await (await fetch(`${url}/x`)).text()).toBe('ok')
    const faults = ops.logLines().filter(({ message }) => message.includes('bad rule'))
    expect(faults).toHaveLength(1)
  })
})

import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps, type Ops } from '../../src/index.js'
import opswire from '../../src/server/fastify.js'
import { startHost } from '../helpers/host.js'
import { send } from '../helpers/send.js'

/** A host that its test puts together; closed with the test. */
async function start(
  build: (app: FastifyInstance, ops: Ops) => unknown,
  options: FastifyServerOptions = {},
): Promise<{ app: FastifyInstance; ops: Ops; url: string; names: () => (string | undefined)[] }> {
  const app = Fastify({ logger: { stream: { write: () => undefined } }, ...options })
  const ops = createOps({ service: 'host' })
  onTestFinished(async () => {
    await app.close()
    ops.close()
  })
  await build(app, ops)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, ops, url, names: () => ops.requests().map(({ name }) => name) }
}

describe('mounting', () => {
  it('sends the address without a slash to the page, whatever stands in front of the host', async () => {
    const { url } = await startHost()
    for (const path of ['/ops?x=1?y', '/%6fps?x=1?y', 'http://elsewhere/ops?x=1?y']) {
      const { status, headers } = await send(url, { path })
      expect([status, new URL(headers.location!, 'http://h/a/ops').href]).toEqual([
        308,
        `http://h/a/${path.includes('%6f') ? '%6fps' : 'ops'}/?x=1?y`,
      ])
    }
    expect((await send(`${url}/ops/`)).status).toBe(200)
  })

  it('works below a prefix of the host', async () => {
    const { app } = await startHost({ plugin: { prefix: '/admin/live/' } })
    expect((await app.inject('/admin/live/health')).statusCode).toBe(200)
  })

  it('works below a parameter, and stays out of the requests there', async () => {
    const { url, names } = await start((app, ops) =>
      app.register(
        async (tenant) => {
          await tenant.register(opswire, { ops })
          tenant.get('/x', () => 'ok')
        },
        { prefix: '/t/:tenant' },
      ),
    )
    const redirect = await send(`${url}/t/a:b/ops`)
    expect(new URL(redirect.headers.location!, `${url}/t/a:b/ops`).href).toBe(`${url}/t/a:b/ops/`)
    for (const path of ['/ops/', '/ops/api/channels', '/ops/nope']) await send(`${url}/t/1${path}`)
    await send(`${url}/t/1/x`)
    await expect.poll(names).toEqual(['GET /t/:tenant/x'])
  })

  it('keeps its own traffic out however an address is written', async () => {
    const { url, names } = await start(
      async (app, ops) => {
        await app.register(opswire, { ops })
        app.get('/opsy', () => 'ok')
      },
      { routerOptions: { caseSensitive: false, ignoreDuplicateSlashes: true } },
    )
    const host = new URL(url).host
    for (const path of [
      '/%6fps/api/channels',
      `http://${host}/ops/api/channels`,
      '/OPS/health',
      '/OPS/nope',
      '//ops//nope',
      '/ops/%6eope?x',
    ]) {
      await send(url, { path })
    }
    await send(`${url}/ops/nope`, { method: 'PROPFIND' })
    await send(`${url}/opsy`)
    await expect.poll(names).toEqual(['GET /opsy'])
  })

  it('at / still records the host’s other routes, whose unknown addresses stay the host’s', async () => {
    const { url, names } = await start(async (app, ops) => {
      await app.register(opswire, { ops, prefix: '/' })
      app.get('/x', () => 'ok')
      app.setNotFoundHandler((_request, reply) => reply.code(404).send('host 404'))
    })
    expect((await send(`${url}/health`)).body).toContain('"status":"ok"')
    expect((await send(`${url}/nope`)).body).toBe('host 404')
    await send(`${url}/x`)
    await expect.poll(names).toEqual(['GET (no route)', 'GET /x'])
  })

  it('at / of a scope with its own answer to unknown addresses leaves that in place', async () => {
    const { url } = await start((app, ops) =>
      app.register(
        async (admin) => {
          admin.setNotFoundHandler((_request, reply) => reply.code(404).send('admin 404'))
          await admin.register(opswire, { ops, prefix: '/' })
        },
        { prefix: '/admin' },
      ),
    )
    expect((await send(`${url}/admin/nope`)).body).toBe('admin 404')
    expect((await send(`${url}/admin/health`)).status).toBe(200)
  })

  it('twice adds a second dashboard, and neither lines nor requests', async () => {
    const { app, ops, url, names } = await start(async (host, ops) => {
      await host.register(opswire, { ops, prefix: '/ops' })
      await host.register(opswire, { ops, prefix: '/second' })
      host.get('/x', () => 'ok')
    })
    await send(`${url}/x`)
    await send(`${url}/second/api/channels`)
    expect((await send(`${url}/second/health`)).status).toBe(200)
    await expect.poll(names).toEqual(['GET /x'])
    app.log.info('once')
    expect(ops.logLines().filter(({ message }) => message === 'once')).toHaveLength(1)
    expect(ops.requests()[0]).toMatchObject({ state: 'ok' })
    expect(ops.metrics().counters['anomalies']).toBeUndefined()
  })

  it('around a mounted scope records each request once, too', async () => {
    const { url, names } = await start(async (app, ops) => {
      await app.register(
        async (inner) => {
          await inner.register(opswire, { ops, prefix: '/ops' })
          inner.get('/x', () => 'ok')
        },
        { prefix: '/inner' },
      )
      await app.register(opswire, { ops, prefix: '/ops' })
      await app.register(async (later) => {
        await later.register(opswire, { ops, prefix: '/third' })
        later.get('/y', () => 'ok')
      })
    })
    for (const path of ['/inner/x', '/y', '/inner/ops/health', '/third/health']) await send(`${url}${path}`)
    await expect.poll(names).toEqual(['GET /inner/x', 'GET /y'])
  })

  it('takes the options that Fastify gives every plugin', async () => {
    const lines: string[] = []
    const { url } = await start(
      (app, ops) => app.register(opswire, { ops, logLevel: 'info', logSerializers: { req: () => 'hidden' } }),
      { logger: { stream: { write: (line: string) => void lines.push(line) } } },
    )
    await send(`${url}/ops/health`)
    expect(lines.find((line) => line.includes('incoming request'))).toContain('"req":"hidden"')
  })

  it.each([
    [{ ops: undefined }, 'The option ops is missing; it takes what createOps() returned.'],
    [{ prefix: 'ops' }, 'The option prefix does not accept "ops"; it takes a path such as /ops'],
    [{ prefx: '/ops' }, 'Unknown option "prefx"; accepted are ops, prefix,'],
    [{ ignore: 3 }, 'The option ignore does not accept 3; it takes a function'],
  ])('with wrong options (%o) says what is accepted', async (plugin, message) => {
    await expect(startHost({ plugin: plugin as never })).rejects.toThrow(message)
  })
})

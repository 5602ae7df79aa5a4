import http from 'node:http'
import { pino, type Logger } from 'pino'
import { describe, expect, it } from 'vitest'
import { createOps, watchPinoLog } from '../../src/index.js'
import { startHost } from '../helpers/host.js'

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
    expect(ops.logLines().find(({ source }) => source === 'request')?.message).toBe(
      'GET /broken: database gone',
    )
    expect(JSON.stringify(ops.requests())).not.toContain('secret')
    const line = ops.logLines().find(({ message, requestId }) => message === 'database gone' && requestId)
    expect(ops.requests().find(({ id }) => id === line?.requestId)?.name).toBe('GET /broken')
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

describe("the host's pino lines", () => {
  const setUp = (options = {}) => {
    const lines: string[] = []
    const logger: Logger = pino(
      { level: 'trace', ...options },
      { write: (line: string) => void lines.push(line) },
    )
    const ops = createOps({ service: 'flynn' })
    return { logger, lines, ops }
  }

  it('carry level, source, message, request id and the rest as fields', () => {
    const { logger, lines, ops } = setUp()
    const stop = watchPinoLog(ops, { logger })
    logger.info('plain')
    logger.child({ name: 'queue' }).warn({ depth: 104 }, 'backlog above %d', 100)
    logger.child({ module: 'telegram', reqId: 'req-7' }).error(new Error('lost'), 'send failed')
    logger.fatal({ err: new Error('no disk') })
    logger.debug({ a: { b: 1 } }, 'nested')
    expect(
      ops.logLines().map(({ level, source, message, requestId }) => [level, source, message, requestId]),
    ).toEqual([
      ['info', 'flynn', 'plain', undefined],
      ['warn', 'queue', 'backlog above 100', undefined],
      ['error', 'telegram', 'send failed', 'req-7'],
      ['fatal', 'flynn', 'no disk', undefined],
      ['debug', 'flynn', 'nested', undefined],
    ])
    expect(ops.logLines()[1]?.fields).toEqual({ depth: 104 })
    expect(ops.logLines()[2]?.fields).toMatchObject({ err: { message: 'lost' } })
    expect(ops.metrics().counters['errors']).toBe(2)
    expect(lines).toHaveLength(5)
    stop()
    logger.info('after')
    expect(lines).toHaveLength(6)
    expect(ops.logLines()).toHaveLength(5)
    ops.close()
  })

  it("are seen after the host's own redaction", () => {
    const { logger, ops } = setUp({ redact: ['token'] })
    watchPinoLog(ops, { logger })
    logger.info({ token: 'hush-hush' }, 'signed in')
    expect(JSON.stringify(ops.logLines())).not.toContain('hush-hush')
    ops.close()
  })

  it('reach the host unchanged, whatever breaks in the tap or in its listeners', () => {
    const { logger, lines, ops } = setUp({ formatters: { level: (label: string) => ({ level: label }) } })
    watchPinoLog(ops, { logger })
    ops.bus.subscribe('log', () => {
      logger.info('a listener that logs')
      throw new Error('broken listener')
    })
    expect(() => logger.error('x')).not.toThrow()
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('x')
    expect(ops.logLines().filter(({ message }) => message.includes('broken listener'))).toHaveLength(1)
    expect(ops.logLines()[0]).toMatchObject({ level: 'error', message: 'x' })
    ops.close()
  })

  it('of a logger that is not pino are left alone', () => {
    const ops = createOps()
    expect(() => watchPinoLog(ops, { logger: console })()).not.toThrow()
    ops.close()
  })
})

describe('the process', () => {
  it('is measured: CPU, memory, event-loop delay', async () => {
    const ops = createOps()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const before = process.cpuUsage()
    while (process.cpuUsage(before).user < 80_000);
    await new Promise((resolve) => setTimeout(resolve, 50))
    const { process: sample } = ops.metrics()
    expect(sample?.cpu).toBeGreaterThan(0.05)
    expect(sample?.rss).toBeGreaterThan(1e7)
    expect(sample?.heapUsed).toBeGreaterThan(1e6)
    expect(sample?.eventLoopDelay.max).toBeGreaterThan(30)
    ops.close()
  })
})

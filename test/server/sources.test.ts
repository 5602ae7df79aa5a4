import { pino, type Logger } from 'pino'
import { describe, expect, it } from 'vitest'
import { createOps, watchPinoLog } from '../../src/index.js'

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

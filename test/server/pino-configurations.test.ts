import Fastify from 'fastify'
import { pino, type Logger, type LoggerOptions } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps, watchPinoLog, type LogLine, type Ops } from '../../src/index.js'
import opswire from '../../src/server/fastify.js'

function watch(options: LoggerOptions): { logger: Logger; ops: Ops; last: () => LogLine; written: string[] } {
  const written: string[] = []
  const logger = pino({ level: 'trace', ...options }, { write: (line: string) => void written.push(line) })
  const ops = createOps({ service: 'flynn' })
  onTestFinished(() => ops.close())
  watchPinoLog(ops, { logger })
  return { logger, ops, written, last: () => ops.logLines().at(-1)! }
}

describe('a pino logger', () => {
  it.each<[string, LoggerOptions]>([
    ['plain', {}],
    ['with messageKey', { messageKey: 'message' }],
    ['with level labels', { formatters: { level: (level) => ({ level }) } }],
    ['with severities', { formatters: { level: (label) => ({ severity: label.toUpperCase() }) } }],
    ['with errorKey', { errorKey: 'error' }],
    ['with nestedKey', { nestedKey: 'payload' }],
    ['of Elastic’s kind', { messageKey: 'message', formatters: { level: (l) => ({ 'log.level': l }) } }],
    ['without pid and hostname', { base: null }],
  ])('%s shows level, message, ids and fields', (_name, options) => {
    const { logger, last, ops } = watch(options)
    logger.child({ module: 'queue' }).error({ reqId: 'req-7', depth: 3 }, 'broken')
    expect(last()).toMatchObject({ level: 'error', source: 'queue', message: 'broken', requestId: 'req-7' })
    expect(last().fields).toEqual({ depth: 3 })
    logger.fatal(new Error('no disk'))
    expect(last()).toMatchObject({ level: 'fatal', message: 'no disk' })
    expect(JSON.stringify(last().fields)).toContain('"stack"')
    expect(ops.metrics().counters['errors']).toBe(2)
  })

  it('with levels of its own shows the nearest', () => {
    const { logger, last } = watch({
      level: 'emerg',
      customLevels: { emerg: 0, critical: 1, warning: 2, notice: 3, chatty: 35 },
      useOnlyCustomLevels: true,
    })
    for (const [level, expected] of [
      ['emerg', 'fatal'],
      ['critical', 'fatal'],
      ['warning', 'warn'],
      ['notice', 'info'],
      ['chatty', 'info'],
    ] as const) {
      ;(logger as unknown as { [name: string]: (message: string) => void })[level]!('x')
      expect([level, last().level]).toEqual([level, expected])
    }
  })

  it.each([
    ['milliseconds', ',"time":1700000000123', 1_700_000_000_123],
    ['seconds', ',"time":1700000000', 1_700_000_000_000],
    ['ISO text', ',"time":"2023-11-14T22:13:20.123Z"', 1_700_000_000_123],
    ['another key', ',"@timestamp":"2023-11-14T22:13:20.123Z"', 1_700_000_000_123],
  ])('with times in %s shows that time', (_name, text, expected) => {
    const { logger, last } = watch({ timestamp: () => text })
    logger.info('x')
    expect(last().time).toBe(expected)
    expect(last().fields).toBeUndefined()
  })

  it.each([',"time":250', ',"time":"noon"', ',"time":9e15', ''])('with %j for a time shows now', (text) => {
    const { logger, last } = watch({ timestamp: () => text })
    logger.info('x')
    expect(Math.abs(Date.now() - last().time)).toBeLessThan(1000)
  })

  it('with a streamWrite hook shows what the hook made of the line, which ran once', () => {
    let runs = 0
    const streamWrite = (line: string): string => (runs++, line.replaceAll('hush-hush', '***'))
    const { logger, last, written } = watch({ hooks: { streamWrite } })
    logger.child({ a: 1 }).info('the password is hush-hush')
    expect(last().message).toBe('the password is ***')
    expect([runs, written.length, written[0]!.includes('hush-hush')]).toEqual([1, 1, false])
  })

  it('shows what children say that were made before, and each line once however often it is watched', () => {
    const logger = pino({ level: 'info' }, { write: () => undefined })
    const child = logger.child({ name: 'early' })
    const ops = createOps()
    onTestFinished(() => ops.close())
    const stops = [watchPinoLog(ops, { logger: child }), watchPinoLog(ops, { logger })]
    const messages = (): string[] => ops.logLines().map(({ message }) => message)
    child.info('one')
    logger.info('two')
    expect(messages()).toEqual(['one', 'two'])
    stops[0]!()
    stops[0]!()
    child.info('three')
    expect(messages()).toEqual(['one', 'two', 'three'])
    stops[1]!()
    child.info('four')
    expect(messages()).toHaveLength(3)
  })
})

describe('what a program prints by other means', () => {
  it('on the same stream as its logger is no log line, and no fault', async () => {
    const printed: string[] = []
    const { write } = process.stdout
    process.stdout.write = (text: string) => printed.push(text) > 0
    onTestFinished(() => void (process.stdout.write = write))
    const ops = createOps({ service: 'host' })
    const app = Fastify({ logger: { stream: process.stdout } })
    onTestFinished(async () => {
      await app.close()
      ops.close()
    })
    await app.register(opswire, { ops })
    process.stdout.write('plain line\n')
    process.stdout.write(`${JSON.stringify({ level: 50, time: Date.now(), msg: 'not a log line' })}\n`)
    app.log.child({ name: 'x' }).info('a log line')
    expect(ops.logLines().map(({ message }) => message)).toEqual(['a log line'])
    expect(ops.metrics().counters).not.toHaveProperty('faults')
    expect(ops.metrics().counters['errors']).toBe(0)
    expect(printed).toHaveLength(3)
  })
})

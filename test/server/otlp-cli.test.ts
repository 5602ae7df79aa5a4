import { spawn } from 'node:child_process'
import http from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../src/index.js'
import { buildApp, buildOtlpApp } from '../../src/server/app.js'
import { parseCommand, USAGE } from '../../src/server/config.js'
import { noteMessages } from '../helpers/bus-notes.js'
import { ingest } from '../helpers/ingest.js'
import { post, spanId, toLogs, toMetrics, toTraces } from '../helpers/otlp.js'
import { send } from '../helpers/send.js'

/** Runs the built command. */
function run(...args: string[]) {
  const child = spawn(process.execPath, ['dist/server/cli.js', ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (output.out += String(chunk)))
  child.stderr.on('data', (chunk) => (output.err += String(chunk)))
  return { child, output, exited: new Promise((resolve) => child.once('close', resolve)) }
}

describe('opswire serve --otlp', () => {
  it('takes OpenTelemetry on a port of its own and on that of the dashboard, into one feed', async () => {
    const { child, output, exited } = run(
      'serve',
      '--port',
      '0',
      '--otlp',
      '0',
      '--map',
      'queueDepth=app.queue.depth',
    )
    await expect.poll(() => output.out, { timeout: 8000 }).toMatch(/OpenTelemetry on .*\n$/)
    const [dashboard, otlp] = output.out.match(/http:\/\/127\.0\.0\.1:\d+/g)!
    expect(dashboard).not.toBe(otlp)
    await post(otlp!, 'traces', toTraces([{ id: 'a', kind: 2, name: 'GET' }]))
    await post(
      dashboard,
      'traces',
      toTraces([{ id: 'b', parent: 'a', attributes: { 'gen_ai.operation.name': 'chat' } }]),
    )
    await post(
      otlp!,
      'metrics',
      toMetrics([{ name: 'app.queue.depth', gauge: { dataPoints: [{ asInt: '4' }] } }]),
    )
    expect(JSON.parse((await send(`${dashboard}/api/snapshot`)).body)).toMatchObject({
      requests: [{ id: spanId('a') }],
      calls: [{ id: spanId('b'), requestId: spanId('a') }],
      metrics: { gauges: { queueDepth: 4 } },
    })
    expect((await send(`${otlp!}/api/snapshot`)).status).toBe(404)
    expect((await send(`${otlp!}/v1/traces`)).status).toBe(405)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(output.err).toBe('')
  })

  it('takes no more items and messages per second than it is told', async () => {
    const { output } = run('--port', '0', '--otlp-rate', '2', '--ingest-rate', '3')
    await expect.poll(() => output.out, { timeout: 8000 }).toMatch(/dashboard: .*\n$/)
    const [url] = output.out.match(/http:\/\/127\.0\.0\.1:\d+/g)!
    const records = toLogs(Array.from({ length: 60 }, () => ({ body: 'line' })))
    expect((await post(url, 'logs', records)).status).toBe(200)
    const refused = await post(url, 'logs', records, { form: 'json' })
    expect([refused.status, refused.body]).toEqual([429, expect.stringContaining('Over 2 items per second')])
    const gauges = Array.from({ length: 30 }, (_, value) => ({ type: 'gauge', name: 'a', value }))
    expect((await ingest(url, gauges)).status).toBe(200)
    expect(await ingest(url, gauges)).toMatchObject({
      status: 429,
      error: { message: expect.stringContaining('Over 3 messages per second') as string },
    })
  })

  it('names a busy port and how to choose another', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void blocker.close())
    await new Promise((resolve) => blocker.once('listening', resolve))
    const { port } = blocker.address() as AddressInfo
    const { output, exited } = run('--port', '0', `--otlp=${port}`)
    expect(await exited).toBe(1)
    expect(output.err).toBe(`opswire: Port ${port} on 127.0.0.1 is in use; choose another with --otlp.\n`)
    expect(output.out).toBe('')
  })
})

describe('the flags of OpenTelemetry', () => {
  const configOf = (...args: string[]): object => {
    const command = parseCommand(args)
    if (command.name !== 'serve') throw new Error(command.name)
    return command.config
  }

  it.each([
    [[], { otlpPort: undefined, otlp: { content: false, map: {} } }],
    [['--otlp'], { otlpPort: 4318, port: 4100 }],
    [['--otlp', '--port', '5000'], { otlpPort: 4318, port: 5000 }],
    [['--otlp', 'serve'], { otlpPort: 4318 }],
    [['serve', '--otlp', '4319'], { otlpPort: 4319 }],
    [['--otlp=4319'], { otlpPort: 4319 }],
    [['--otlp-content'], { otlp: { content: true, map: {} } }],
    [['--otlp-rate', '2000'], { otlp: { rate: 2000 }, ingest: { rate: 50_000 } }],
    [['--ingest-rate=7'], { otlp: { rate: 100_000 }, ingest: { rate: 7 } }],
    [['--map', 'a=b.c', '--map', 'd=e'], { otlp: { content: false, map: { a: 'b.c', d: 'e' } } }],
  ])('%j are read', (args, config) => {
    expect(configOf(...args)).toMatchObject(config)
  })

  it.each([
    [
      ['--otlp', '99999'],
      'The flag otlp does not accept "99999"; it takes a port from 0 to 65535, or nothing for 4318.',
    ],
    [['--otlp', '4x'], 'The flag otlp does not accept "4x"'],
    [['--otlp='], 'The flag otlp does not accept ""'],
    [['--otlp', 'start'], 'Unknown command "start"'],
    [
      ['--map', 'queueDepth'],
      'The flag map does not accept ["queueDepth"]; it takes a gauge or counter and its metric',
    ],
    [['--map', 'a b=c'], 'The flag map does not accept ["a b=c"]'],
    [
      ['--otlp-rate', '0'],
      'The flag otlp-rate does not accept "0"; it takes a whole number of items per second, from 1.',
    ],
    [['--otlp-rate'], 'The flag otlp-rate does not accept true'],
    [
      ['--ingest-rate', 'fast'],
      'The flag ingest-rate does not accept "fast"; it takes a whole number of messages per second, from 1.',
    ],
    [['--map'], 'The flag map does not accept [true]'],
    [['--otlp-content=yes'], 'The flag otlp-content does not accept "yes"; it takes no value.'],
  ])('%j are refused with what is accepted', (args, message) => {
    expect(() => configOf(...args)).toThrow(message)
  })
})

describe('the help', () => {
  it('tells every flag that is accepted', () => {
    expect(() => parseCommand(['--nothing'])).toThrow(/accepted are --port/)
    let accepted = ''
    try {
      parseCommand(['--nothing'])
    } catch (error) {
      accepted = (error as Error).message.replace(/^.*accepted are/, '')
    }
    for (const [flag] of accepted.matchAll(/--[a-z-]+/g)) expect(USAGE).toContain(`\n  ${flag} `)
    expect(USAGE).toMatch(/--map [^-]*histogram[^-]*mean/)
  })
})

describe('the server for OpenTelemetry', () => {
  it('answers 503 while it closes, and nothing comes through after that', async () => {
    const ops = createOps({ service: 'test' })
    const { all } = noteMessages(ops)
    const [app, otlpApp] = [await buildApp(ops), buildOtlpApp(ops)]
    onTestFinished(() => app.close())
    const url = await otlpApp.listen({ port: 0, host: '127.0.0.1' })
    const held = new Promise((resolve) => otlpApp.server.once('request', resolve))
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
    const pending = http.request(`${url}/v1/logs`, { method: 'POST', headers, agent: false })
    const answer = new Promise<http.IncomingMessage>((resolve) => pending.once('response', resolve))
    pending.on('error', () => undefined)
    pending.write('{')
    await held
    const closed = otlpApp.close()
    const { statusCode, headers: answered } = await answer
    expect([statusCode, answered['retry-after']]).toEqual([503, '1'])
    pending.destroy()
    await closed
    expect(all.filter(({ type }) => type !== 'log')).toEqual([])
  })
})

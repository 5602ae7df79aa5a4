import { spawn, type ChildProcess } from 'node:child_process'
import http from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { VERSION } from '../../src/server/version.js'
import { openFeed } from '../helpers/feed-reader.js'

interface Run {
  child: ChildProcess
  output: { out: string; err: string }
  exited: Promise<number | null>
}

/** Runs the built command. */
function run(...args: string[]): Run {
  return runWith([], ...args)
}

function runWith(nodeFlags: string[], ...args: string[]): Run {
  const child = spawn(process.execPath, [...nodeFlags, 'dist/server/cli.js', ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (output.out += String(chunk)))
  child.stderr.on('data', (chunk) => (output.err += String(chunk)))
  return { child, output, exited: new Promise((resolve) => child.once('close', resolve)) }
}

async function serve(...flags: string[]): Promise<Run & { url: string }> {
  const server = run('serve', '--port', '0', ...flags)
  await expect.poll(() => server.output.out, { timeout: 8000 }).toContain('\n')
  const url = /^opswire dashboard: (http:\/\/127\.0\.0\.1:\d+)\/\n$/.exec(server.output.out)?.[1]
  expect(url, server.output.out + server.output.err).toBeDefined()
  return { ...server, url: url! }
}

describe('opswire serve', () => {
  it('serves the dashboard at / and shows its own process and log', async () => {
    const { url, output } = await serve()
    const page = await fetch(`${url}/`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const reader = await openFeed(`${url}/events`)
    onTestFinished(() => reader.close())
    const { data } = await reader.until('snapshot')
    expect(data.metrics?.process?.rss).toBeGreaterThan(1e7)
    expect(data.log?.some(({ source, message }) => source === 'opswire' && /listening/i.test(message))).toBe(
      true,
    )
    expect(data.requests).toEqual([])
    expect(await (await fetch(`${url}/nope`)).json()).toMatchObject({ error: { code: 'OPS_NOT_FOUND' } })
    expect(output.err).toBe('')
  })

  it('ends within a second of SIGTERM with 20 streams open, each told bye', async () => {
    const { url, child, exited } = await serve()
    const readers = await Promise.all(Array.from({ length: 20 }, () => openFeed(`${url}/events`)))
    await Promise.all(readers.map((reader) => reader.until('snapshot')))
    const startedAt = performance.now()
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(1000)
    for (const reader of readers) expect(reader.events.at(-1)?.event).toBe('bye')
  })

  it('ends within a second of SIGTERM although a request never comes to its end', async () => {
    const { url, child, exited } = await serve()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    socket.write('POST /nope HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nab')
    await new Promise((resolve) => socket.once('data', resolve))
    const startedAt = performance.now()
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(850)
  })

  it('passes requests on to every --proxy and shows the calls', async () => {
    const models = http.createServer((request, response) => response.end(`{"path":"${request.url}"}`))
    models.listen(0, '127.0.0.1')
    onTestFinished(() => void models.close())
    await new Promise((resolve) => models.once('listening', resolve))
    const address = `http://127.0.0.1:${(models.address() as AddressInfo).port}`
    const { url, output } = await serve('--proxy', `one=${address}/v1`, '--proxy', `two=${address}`)
    const ask = async (path: string): Promise<unknown> => {
      const body = JSON.stringify({ model: 'm', messages: [] })
      return (await fetch(`${url}/proxy/${path}`, { method: 'POST', body })).json()
    }
    expect(await ask('one/chat/completions')).toEqual({ path: '/v1/chat/completions' })
    expect(await ask('two/v1/messages')).toEqual({ path: '/v1/messages' })
    await expect
      .poll(async () => (await fetch(`${url}/api/calls`)).json())
      .toMatchObject({ items: [{ provider: 'one', source: 'proxy', state: 'ok' }, { provider: 'two' }] })
    expect(output.err).toBe('')
  })

  it('says what it died of', async () => {
    // Once it has said that it serves.
    const failure = `data:text/javascript,
      const { log } = console
      console.log = (...line) => {
        log(...line)
        setImmediate(() => { throw new Error('boom') })
      }`
    const { output, exited } = runWith(['--import', encodeURI(failure)], '--port', '0')
    expect(await exited).toBe(1)
    expect(output.err).toContain('opswire: Error: boom')
  })

  it('names a busy port and how to choose another', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void blocker.close())
    await new Promise((resolve) => blocker.once('listening', resolve))
    const { port } = blocker.address() as AddressInfo
    const { output, exited } = run('--port', String(port))
    expect(await exited).toBe(1)
    expect(output.err).toBe(`opswire: Port ${port} on 127.0.0.1 is in use; choose another with --port.\n`)
  })

  it.each([
    [
      ['--prot', '4100'],
      'Unknown flag --prot; accepted are --port, --host, --service, --otlp, --otlp-content, --otlp-rate, --map, --ingest-rate,',
    ],
    [['--port', 'abc'], 'The flag port does not accept "abc"; it takes a port from 0 to 65535'],
    [['--port', '70000'], 'The flag port does not accept "70000"'],
    [['--port'], 'The flag port does not accept true'],
    [['--host', 'a b'], 'The flag host does not accept "a b"'],
    [
      ['--proxy', 'https://a'],
      'it takes NAME=URL, such as openai=https://api.openai.com/v1, each name once.',
    ],
    [['--proxy', 'a=http://x', '--proxy', 'a=http://y'], 'each name once'],
    [['--proxy', 'a=ftp://x'], 'The flag proxy does not accept "ftp://x" for a; it takes an http or https'],
    [['start'], 'Unknown command "start"; accepted is serve.'],
    [['serve', 'now'], 'Unknown command "now"'],
  ])('%j stops the start with one line saying what is accepted', async (args, message) => {
    const { output, exited } = run(...args)
    expect(await exited).toBe(1)
    expect(output.err).toMatch(/^opswire: [^\n]+\n$/)
    expect(output.err).toContain(message)
    expect(output.out).toBe('')
  })

  it('tells its version and its usage', async () => {
    const [version, help] = [run('--version'), run('--help')]
    expect([await version.exited, version.output.out]).toEqual([0, `${VERSION}\n`])
    expect(await help.exited).toBe(0)
    expect(help.output.out).toContain('--port NUMBER     port to listen on (default 4100)')
  })
})

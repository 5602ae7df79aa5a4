import { spawn } from 'node:child_process'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startHost, type Host } from '../helpers/host.js'

const EXAMPLES = resolve(import.meta.dirname, '../../examples/publish')

interface Outcome {
  code: number | null
  output: string
  errors: string
}

/** Runs an example until it ends. Where its interpreter is missing, the test fails and says so. */
function run(interpreter: string, file: string, url: string): Promise<Outcome> {
  const child = spawn(interpreter, [join(EXAMPLES, file), url], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A proxy for the world outside knows nothing of this server.
    env: { ...process.env, no_proxy: '*', NO_PROXY: '*' },
  })
  onTestFinished(() => void child.kill())
  const outcome: Outcome = { code: null, output: '', errors: '' }
  child.stdout.on('data', (chunk) => (outcome.output += String(chunk)))
  child.stderr.on('data', (chunk) => (outcome.errors += String(chunk)))
  return new Promise((done, reject) => {
    child.once('error', () => {
      reject(
        new Error(`This test needs ${interpreter}, which is not installed: apt-get install python3 curl`),
      )
    })
    child.once('close', (code) => done({ ...outcome, code }))
  })
}

const items = async ({ url }: Host, path: string): Promise<unknown> =>
  (await (await fetch(`${url}/ops/api/${path}`)).json()).items

describe.each([
  { interpreter: 'python3', file: 'publish.py', kind: 'message', tokens: 8, source: 'publish.py' },
  { interpreter: 'sh', file: 'publish.sh', kind: 'job', tokens: 16, source: 'publish.sh' },
])('examples/publish/$file', ({ interpreter, file, kind, tokens, source }) => {
  it('shows a request and its streaming call, live', async () => {
    const host = await startHost({ plugin: { http: false, log: false } })
    const reader = await host.feed()
    let isRunning = true
    const outcome = run(interpreter, file, `${host.url}/ops/`).finally(() => (isRunning = false))
    await reader.until('call', (calls) => calls.some(({ phase }) => phase === 'progress'))
    expect(isRunning).toBe(true)
    expect(host.ops.requests()).toMatchObject([{ kind, state: 'active', step: { kind: 'model' } }])
    expect(await outcome).toMatchObject({ code: 0, errors: '' })

    await reader.until('log')
    const calls = reader.events.flatMap(({ event, data }) => (event === 'call' ? data : []))
    expect(calls[0]?.phase).toBe('start')
    expect(calls.filter(({ phase }) => phase === 'progress').length).toBeGreaterThan(1)
    expect(calls.at(-1)).toMatchObject({ phase: 'end', state: 'ok', outputTokens: tokens })
    expect(await items(host, 'calls')).toMatchObject([
      { provider: 'example', model: 'parrot-1', streaming: true, state: 'ok', outputTokens: tokens },
    ])
    expect(await items(host, 'requests')).toMatchObject([{ kind, state: 'ok' }])
    expect(await items(host, 'events')).toMatchObject([{ source }])
    expect(host.ops.metrics().counters['ingestRejected']).toBeUndefined()
  }, 15_000)

  it('says what it could not publish, and fails', async () => {
    const { url } = await startHost({ plugin: { ingest: false } })
    const { code, output, errors } = await run(interpreter, file, `${url}/ops`)
    expect(code).toBe(1)
    expect(output + errors).toContain('There is no POST /ops/api/ingest here.')
  }, 15_000)
})

describe('examples/publish/publish.py', () => {
  it.each([429, 503])(
    'sends again what was answered %i',
    async (status) => {
      const bodies: string[] = []
      const server = http.createServer((request, response) => {
        let body = ''
        request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
        request.on('end', () => {
          bodies.push(body)
          if (bodies.length === 1) response.writeHead(status, { 'retry-after': '0' }).end('{}')
          else response.end('{"accepted":1,"rejected":[]}')
        })
      })
      onTestFinished(() => void server.close())
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      expect(await run('python3', 'publish.py', url)).toMatchObject({ code: 0, errors: '' })
      expect(bodies[1]).toBe(bodies[0])
    },
    15_000,
  )
})

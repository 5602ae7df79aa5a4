import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'

/** The built gateway: `npm test` builds it first. */
const main = fileURLToPath(new URL('../../build/gateway/main.js', import.meta.url))

const running = new Set<ReturnType<typeof spawn>>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

function start(env: Record<string, string>, args: string[] = []) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  return { child, ended }
}

/** A start that stops by itself: what it said, and its exit code. */
async function refuse(env: Record<string, string>, args?: string[]) {
  const { child, ended } = start(env, args)
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, code }
}

describe('a start', () => {
  test('prints one line, and ends in under a second with 20 streams open and a model speaking', async () => {
    const { child, ended } = start({ PORT: '0', SAMPLE_TRAFFIC: 'off' })
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    expect(line).toMatch(
      /^opswire dashboard: http:\/\/127\.0\.0\.1:\d+\/ops\/ {2}\(admin: http:\/\/127\.0\.0\.1:\d+\/\)\n$/,
    )
    const admin = line.slice(line.indexOf('(admin: ') + 8, -2)

    const streams = await Promise.all(Array.from({ length: 20 }, () => fetch(`${admin}ops/events`)))
    const read = streams.map((stream) => stream.text())
    const asked = fetch(`${admin}api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ session: 's1', text: '/slow' }),
    })
    // The drop's answer comes after the chat was taken in.
    await fetch(`${admin}api/channels/slack/drop`, { method: 'POST' })

    const startedAt = performance.now()
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(1000)
    for (const stream of await Promise.all(read)) expect(stream).toContain('event: bye')
    expect((await asked).status).toBe(503)
  })

  test('on a busy port says which, and how to choose another one', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { stdout, stderr, code } = await refuse({ PORT: `${port}` })
    other.close()
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      new RegExp(`^flynn: port ${port} is in use; choose another one: PORT=\\d+ npm start\n$`),
    )
    expect(code).toBe(1)
  })

  test('with a bad value or an argument says so in one line', async () => {
    expect(await refuse({ PORT: 'abc' })).toEqual({
      stdout: '',
      stderr: 'flynn: PORT is "abc"; accepted: a whole number from 0 (any free port) to 65535\n',
      code: 1,
    })
    const { stderr, code } = await refuse({}, ['--port=3200'])
    expect(stderr).toMatch(/^flynn: unknown argument "--port=3200"; accepted: none, .+\n$/)
    expect(code).toBe(1)
  })
})

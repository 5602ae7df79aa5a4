import { spawn } from 'node:child_process'
import { expect, it, onTestFinished } from 'vitest'
import { startHost } from '../helpers/host.js'

it.each([
  ['by its address', ['?format=ndjson'], []],
  ['by the Accept header', [''], ['-H', 'Accept: application/x-ndjson']],
])('the feed comes as one item a line when asked for %s', async (_name, [query], flags) => {
  const { app, ops, url } = await startHost()
  const curl = spawn('curl', ['-sN', '-D', '-', ...flags, `${url}/ops/events${query}`])
  onTestFinished(() => void curl.kill())
  let text = ''
  curl.stdout.on('data', (chunk) => (text += String(chunk)))
  await expect.poll(() => text, { timeout: 5000 }).toContain('"event":"snapshot"')
  expect(text).toMatch(/content-type: application\/x-ndjson/i)
  ops.log('info', 'a', 'one')
  ops.log('info', 'a', 'two')
  const request = ops.startRequest({ session: 's1' })
  await expect.poll(() => text).toContain(request.id)
  const done = new Promise((resolve) => curl.once('close', resolve))
  await app.close()
  await done
  const lines = text
    .slice(text.indexOf('\r\n\r\n') + 4)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id?: string; event: string; data: Record<string, unknown> })
  expect(lines.map(({ event }) => event)).toEqual(['hello', 'snapshot', 'log', 'log', 'request', 'bye'])
  expect(lines[2]?.data['message']).toBe('one')
  expect(lines[4]?.data).toMatchObject({ phase: 'start', session: 's1' })
  const [first, second, third] = lines.slice(2, 5).map(({ id }) => Number(id?.split('-')[1]))
  expect([second, third]).toEqual([first! + 1, first! + 2])
})

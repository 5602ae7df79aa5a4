import { spawn } from 'node:child_process'
import { EventSource } from 'eventsource'
import { expect, it, onTestFinished } from 'vitest'
import type { FeedEvents } from '../../src/bus/protocol.js'
import { startHost } from '../helpers/host.js'

it('the eventsource package reads the feed and resumes by itself after the connection is cut', async () => {
  const { app, ops, url } = await startHost()
  const source = new EventSource(`${url}/ops/events?topics=log`)
  onTestFinished(() => source.close())
  const lines: string[] = []
  const hellos: FeedEvents['hello'][] = []
  source.addEventListener('hello', ({ data }) =>
    hellos.push(JSON.parse(data as string) as FeedEvents['hello']),
  )
  source.addEventListener('log', ({ data }) => {
    for (const { message } of JSON.parse(data as string) as FeedEvents['log']) lines.push(message)
  })
  await expect.poll(() => hellos.length).toBe(1)
  ops.log('info', 'a', 'one')
  await expect.poll(() => lines).toEqual(['one'])
  app.server.closeAllConnections()
  ops.log('info', 'a', 'two')
  await expect.poll(() => lines, { timeout: 8000 }).toEqual(['one', 'two'])
  expect(hellos.map(({ resumed }) => resumed)).toEqual([false, true])
}, 15_000)

it('curl -N prints the raw feed as it comes', async () => {
  const { ops, url } = await startHost()
  const curl = spawn('curl', ['-sN', `${url}/ops/events?topics=log`])
  onTestFinished(() => void curl.kill())
  let text = ''
  curl.stdout.on('data', (chunk) => (text += String(chunk)))
  await expect.poll(() => text, { timeout: 5000 }).toContain('event: snapshot\n')
  ops.log('error', 'model', 'rate limited')
  await expect
    .poll(() => text)
    .toMatch(/\n\nid: \w+-\d+\nevent: log\ndata: \[\{.*"message":"rate limited".*\}\]\n\n$/)
})

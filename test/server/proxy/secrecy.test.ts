import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { expect, it, onTestFinished } from 'vitest'
import { startHost } from '../../helpers/host.js'
import { startModelServer } from './model-server.js'

const KEY = 'sk-canary-0123456789abcdef'
const GOOGLE_KEY = 'AIzaSyCanary0123456789abcdefghijklmno'
const PROMPT = 'canary prompt'

/** Makes calls that go well and that fail in each way, with credentials wherever they may stand. */
async function useProxy(proxy: string): Promise<void> {
  const settings = { apiKey: KEY, maxRetries: 0, logLevel: 'off' } as const
  const openai = new OpenAI({ ...settings, baseURL: `${proxy}/openai` })
  const ask = (content: string) => ({ model: 'gpt-x', messages: [{ role: 'user' as const, content }] })
  const stream = await openai.chat.completions.create({ ...ask(PROMPT), stream: true })
  for await (const { object } of stream) expect(object).toBe('chat.completion.chunk')
  for (const wish of ['/limit', '/fail'])
    await openai.chat.completions.create(ask(wish)).catch(() => undefined)
  const refused = new OpenAI({ ...settings, baseURL: `${proxy}/refused` })
  await refused.chat.completions.create(ask(PROMPT)).catch(() => undefined)
  for (const path of [
    `openai/v1beta/models/gemini:generateContent?key=${GOOGLE_KEY}`,
    `refused/v1beta/models/gemini:generateContent?key=${GOOGLE_KEY}`,
    `nowhere/v1?key=${GOOGLE_KEY}`,
    `openai/..%2f${KEY}?key=${GOOGLE_KEY}`,
    `openai/%zz?key=${GOOGLE_KEY}`,
  ]) {
    const body = JSON.stringify({ contents: [{ parts: [{ text: PROMPT }] }] })
    const headers = { authorization: `Bearer ${KEY}`, 'x-goog-api-key': GOOGLE_KEY, 'api-key': KEY }
    await (await fetch(`${proxy}/${path}`, { method: 'POST', headers, body })).text()
  }
}

/** An address where nobody listens. */
async function findRefused(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

function expectSecrecy(told: string): void {
  for (const secret of [KEY, GOOGLE_KEY, PROMPT, 'The model says']) expect(told).not.toContain(secret)
}

it('the command prints no credential and no prompt that passes its proxy, and its feed tells none', async () => {
  const models = await startModelServer(1)
  const flags = ['--proxy', `openai=${models.url}/v1`, '--proxy', `refused=${await findRefused()}`]
  const child = spawn(process.execPath, ['dist/server/cli.js', 'serve', '--port', '0', ...flags])
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)))
  await expect.poll(() => printed, { timeout: 15_000 }).toMatch(/dashboard: \S+\/\n/)
  const url = /dashboard: (\S+)\/\n/.exec(printed)![1]!
  await useProxy(`${url}/proxy`)
  const told = await (await fetch(`${url}/api/snapshot`)).text()
  expect(told).toContain('gpt-x')
  const exited = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await exited
  expectSecrecy(told + printed)
})

it('a host that logs everything logs no credential and no prompt that passes its proxy', async () => {
  const models = await startModelServer(1)
  const lines: string[] = []
  const logger = { level: 'trace', stream: { write: (line: string) => void lines.push(line) } }
  const proxy = { openai: `${models.url}/v1`, refused: await findRefused() }
  const { url, ops } = await startHost({ plugin: { proxy }, fastify: { logger } })
  await useProxy(`${url}/ops/proxy`)
  expect(lines.length).toBeGreaterThan(0)
  const told = JSON.stringify(ops.snapshot())
  expect(told).toContain('gpt-x')
  expectSecrecy(told + lines.join(''))
})

import { describe, expect, it } from 'vitest'
import { OUTPUT_TOKENS } from './model-replies.js'
import { startModelServer, type ModelServer } from './model-server.js'
import { startApp, type App, type AppOptions } from './run-app.js'

/*
 * The same app with and without `opswire/register`: every way to ask and to read, on streams in five wire protocols,
 * cut at random places. What it sends and gets must be the same to the byte.
 */
const CHAT = { messages: [{ role: 'user', content: 'prompt with ünïcode 🙂' }], stream: true }
const QUESTIONS = [
  { path: '/v1/chat/completions', body: { model: 'fast-chat', ...CHAT } },
  { path: '/v1/responses', body: { model: 'fast-response', input: 'prompt', stream: true } },
  { path: '/anthropic/v1/messages', body: { model: 'fast-message', max_tokens: 9, ...CHAT } },
  {
    path: '/v1beta/models/fast-google:streamGenerateContent?alt=sse',
    body: { contents: [{ role: 'user', parts: [{ text: 'prompt' }] }] },
  },
  { path: '/api/chat', body: { model: 'fast-ollama', ...CHAT } },
  { path: '/v1/chat/completions', body: { model: 'fast-gzip', ...CHAT } },
  { path: '/v1/chat/completions', body: { model: 'fast-limit', ...CHAT } },
  { path: '/something/else', body: { any: 'thing' } },
].map(({ path, body }) => ({ path, body: JSON.stringify(body) }))
const MODELS = ['fast-chat', 'fast-response', 'fast-message', 'fast-google', 'fast-ollama', 'fast-gzip']

type Got = Record<string, unknown[]>

interface Run {
  app: App
  got: Got
  received: string[]
}

async function run(models: ModelServer, options: AppOptions = {}, questions = QUESTIONS): Promise<Run> {
  const env = { MODEL_URL: models.url, TLS_URL: models.tlsUrl, NODE_NO_WARNINGS: '1' }
  const app = startApp('transports.js', { ...options, env })
  await app.message()
  models.received.length = 0
  app.child.send({ questions })
  const got = await app.message<Got>()
  return { app, got, received: [...models.received] }
}

describe('an app that asks models in every way', () => {
  it('sends and gets the same bytes, and each call is shown with its tokens', async () => {
    const models = await startModelServer()
    const plain = await run(models, { imports: [] })
    const watched = await run(models)
    for (const [way, got] of Object.entries(plain.got)) expect(watched.got[way], way).toEqual(got)
    expect(watched.received).toEqual(plain.received)

    const dashboard = await watched.app.dashboard()
    await expect.poll(async () => (await dashboard.metrics()).gauges['activeCalls']).toBe(0)
    const metrics = await dashboard.metrics()
    expect(metrics.counters).not.toHaveProperty('faults')
    expect(metrics.counters).not.toHaveProperty('anomalies')
    const ways = Object.keys(plain.got).length
    const calls = await dashboard.calls()
    const whole = calls.filter(({ state }) => state === 'ok')
    const counts = (model: string): unknown => ({
      ok: whole.filter((call) => call.model === model).length,
      tokens: whole.filter((call) => call.model === model && call.outputTokens === OUTPUT_TOKENS).length,
      all: calls.filter((call) => call.model === model).length,
    })
    // One of the ways reads nothing.
    for (const model of MODELS) {
      expect(counts(model), model).toEqual({ ok: ways - 1, tokens: ways - 1, all: ways })
    }
    expect(counts('fast-limit')).toEqual({ ok: 0, tokens: 0, all: ways })
    const sources = new Set(calls.map(({ source }) => source))
    expect([...sources].sort()).toEqual(['fetch', 'http', 'undici'])
  })

  it('gets them when every hook is faulty, too', async () => {
    const models = await startModelServer()
    const few = QUESTIONS.slice(4)
    const plain = await run(models, { imports: [] }, few)
    const faulty = new URL('./programs/faulty-hooks.js', import.meta.url).href
    for (const fault of ['observe', 'exchange', 'ops']) {
      const watched = await run(models, { imports: [`${faulty}?fault=${fault}`] }, few)
      expect(watched.got, fault).toEqual(plain.got)
      expect(watched.received, fault).toEqual(plain.received)
      watched.app.child.send('faults')
      expect(await watched.app.message<number>()).toBeGreaterThan(100)
      expect(watched.app.output.err).toBe('')
    }
  })
})

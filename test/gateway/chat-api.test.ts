import fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startGateway, type Gateway } from './start-gateway.js'

let gateway: Gateway

beforeEach(async () => void (gateway = await startGateway()))
afterEach(() => gateway.close())

const chat = (body: unknown, init?: RequestInit) => gateway.post('/api/chat', body, init)

describe('a chat message', () => {
  test('is answered, remembered and tallied', async () => {
    const response = await chat({ session: 's1', text: 'What about rate limits?' })
    expect(response.status).toBe(200)
    const answer = (await response.json()) as { session: string; reply: string }
    expect(answer.session).toBe('s1')
    expect(answer.reply).toContain('A 429 asks for less')

    expect(await gateway.json('/api/sessions')).toMatchObject({
      items: [{ session: 's1', channel: 'web', messages: 2 }],
    })
    expect(await gateway.json('/api/sessions/s1')).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant', text: answer.reply }],
    })
    expect(await gateway.json('/api/usage')).toMatchObject({
      models: [{ provider: 'local-large', model: 'sample-large', calls: 1, failed: 0 }],
    })
  })

  test('is on the dashboard as one request with its call, its tokens and its log lines', async () => {
    await chat({ session: 's1', channel: 'telegram', text: 'How do queues work?' })
    expect(await gateway.items('requests')).toMatchObject([
      { kind: 'message', session: 's1', channel: 'telegram', state: 'ok' },
    ])
    const [call] = await gateway.items('calls')
    expect(call).toMatchObject({
      provider: 'local-fast',
      model: 'sample-fast',
      state: 'ok',
      finishReason: 'stop',
    })
    expect(call).not.toHaveProperty('estimated')
    expect(call?.outputTokens).toBeGreaterThan(10)
    const lines = (await gateway.items('events')).map(({ source, message }) => `${source}: ${message}`)
    expect(lines).toContain('gateway: message received session=s1 channel=telegram')
    expect(lines.some((line) => line.startsWith('tools: search finished hits=2 in '))).toBe(true)
  })

  test.for([
    ['/fail please', 'MODEL_FAILED', '500 the model failed', 500],
    ['/limit please', 'MODEL_RATE_LIMITED', '429 rate limit reached, try again in 2 s', 429],
  ] as const)('%s fails once and is not tried elsewhere', async ([text, code, reason, httpStatus]) => {
    const response = await chat({ session: 's1', text })
    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({ error: { code, message: `the model did not answer: ${reason}` } })
    expect(await gateway.items('calls')).toMatchObject([{ state: 'error', httpStatus, error: reason }])
    expect(await gateway.items('requests')).toMatchObject([{ state: 'error' }])
  })

  test.for([
    [{ session: 5, text: 'x' }, 'session is 5; accepted: 1 to 64 letters, digits, spaces and . _ : @ -'],
    [{ session: 's1' }, 'text is missing; accepted: a text of 1 to 4000 characters, not only spaces'],
    [
      { session: 's1', text: '  ' },
      'text is "  "; accepted: a text of 1 to 4000 characters, not only spaces',
    ],
    [{ session: 's1', text: 'x', channel: 'irc' }, 'channel is "irc"; accepted: web, telegram, slack'],
    [{ session: 's1', text: 'x', user: 1 }, 'unknown field "user"; accepted: session, text, channel'],
    [[1], 'the body is [1]; accepted: a JSON object with session, text and optionally channel'],
    ['', 'the body is empty; accepted: a JSON object'],
  ] as const)('%j is refused with what is accepted', async ([body, message]) => {
    const response = await chat(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: { code: 'BAD_REQUEST', message } })
  })

  test('is refused when it is no JSON, too large, of another type or from another site', async () => {
    expect((await chat('{"session"')).status).toBe(400)
    expect((await chat({ session: 's1', text: 'x'.repeat(70_000) })).status).toBe(413)
    expect((await chat('{}', { headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    const foreign = { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }
    const headers = {
      method: 'POST',
      url: '/api/chat',
      headers: foreign,
      payload: { session: 's1', text: 'x' },
    } as const
    expect((await gateway.app.inject(headers)).statusCode).toBe(403)
    expect(await gateway.items('calls')).toEqual([])
  })
})

describe('a gateway under load', () => {
  test('refuses with 503 when the queue is full', async () => {
    const small = await startGateway({ workers: 1, queueLimit: 1, pace: 20 })
    const send = (text: string) => small.post('/api/chat', { session: 's1', text })
    const answers = await Promise.all([send('one'), send('two'), send('three'), send('four')])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503])
    const refused = answers.find(({ status }) => status === 503)
    expect(refused?.headers.get('retry-after')).toBe('2')
    expect(await refused?.json()).toEqual({
      error: { code: 'QUEUE_FULL', message: 'the queue is full: 1 messages wait, at most 1 may' },
    })
    await small.close()
  })

  test('falls back once to another model, and says so', async () => {
    // The first draw decides about the first call: below 0.03 it fails.
    const draws = [0.5, 0.02]
    const faulty = await startGateway({ trouble: 1, random: () => draws.pop() ?? 0.5 })
    const response = await faulty.post('/api/chat', { session: 's1', text: 'hello' })
    expect(response.status).toBe(200)
    expect(await faulty.items('calls')).toMatchObject([
      { provider: 'local-large', state: 'error', httpStatus: 500 },
      { provider: 'local-fast', state: 'ok' },
    ])
    const lines = (await faulty.items('events')).map(({ level, message }) => `${level} ${message}`)
    expect(lines).toContain('warn fallback local-large → local-fast')
    await faulty.close()
  })

  test('stops asking the model when the client leaves', async () => {
    const slow = await startGateway({ pace: 1 })
    const left = new AbortController()
    const asked = slow.post('/api/chat', { session: 's1', text: '/slow' }, { signal: left.signal })
    await vi.waitFor(async () => expect(await slow.items('calls')).toMatchObject([{ state: 'active' }]))
    left.abort()
    await expect(asked).rejects.toThrow()
    await vi.waitFor(async () => {
      expect(await slow.items('calls')).toMatchObject([{ state: 'cancelled' }])
      expect(await slow.items('requests')).toMatchObject([{ state: 'cancelled' }])
    })
    await slow.close()
  })

  test('closes at once while a model speaks, and tells the client', async () => {
    const slow = await startGateway({ pace: 1 })
    const asked = slow.post('/api/chat', { session: 's1', text: '/slow' })
    await vi.waitFor(async () => expect(await slow.items('calls')).toHaveLength(1))
    const startedAt = performance.now()
    await slow.close()
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(await (await asked).json()).toMatchObject({ error: { code: 'SHUTTING_DOWN' } })
  })
})

describe('an endpoint of one’s own', () => {
  test('is asked with its model and key, is named after its host, and its key is shown nowhere', async () => {
    const key = 'sk-very-secret'
    const env = { OPENAI_BASE_URL: `http://127.0.0.1:9/v1`, OPENAI_API_KEY: key, OPENAI_MODEL: 'my-model' }
    const own = await startGateway({}, env)
    const response = await own.post('/api/chat', { session: 's1', text: 'hello' })
    expect(response.status).toBe(502)
    const calls = await own.items('calls')
    expect(calls).toMatchObject([{ provider: '127.0.0.1', model: 'my-model' }, { model: 'my-model' }])
    const shown = [await response.text(), calls, await own.items('events'), await own.json('/api/settings')]
    expect(JSON.stringify(shown)).not.toContain(key)
    await own.close()
  })

  test('does not get its key into the log when it repeats the key it refuses', async () => {
    const key = 'sk-very-secret'
    const endpoint = fastify()
    endpoint.post('/v1/chat/completions', (request, reply) =>
      reply.code(401).send({ error: { message: `wrong key ${request.headers.authorization?.slice(7)}` } }),
    )
    const baseUrl = `${await endpoint.listen({ host: '127.0.0.1', port: 0 })}/v1`
    const own = await startGateway({}, { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: key })
    const response = await own.post('/api/chat', { session: 's1', text: 'hello' })
    expect(await response.json()).toEqual({
      error: { code: 'MODEL_FAILED', message: 'the model did not answer: 401 wrong key [key]' },
    })
    expect(await own.items('calls')).toMatchObject([{ httpStatus: 401, error: '401 wrong key [key]' }])
    expect(JSON.stringify(await own.items('events'))).not.toContain(key)
    await own.close()
    await endpoint.close()
  })
})

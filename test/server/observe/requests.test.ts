import { describe, expect, it } from 'vitest'
import { observeExchange } from '../../../src/server/observe/observe-exchange.js'
import { createTestOps } from '../../helpers/test-ops.js'
import { observe } from './exchange.js'

const MESSAGES = [{ role: 'user', content: 'hi' }]

/** Whether a POST with this body is recorded, and as what. */
function recordOf(url: string, body: string | undefined, options = {}): string | undefined {
  const { ops, clock } = createTestOps()
  const request = { method: 'POST', url: new URL(url), header: () => undefined }
  const exchange = observeExchange(ops, request, { source: 'test', ...options }, clock)
  if (body !== undefined) exchange?.requestBody(body)
  exchange?.requestEnd()
  const [call] = ops.calls()
  exchange?.response(200, () => undefined)
  exchange?.responseEnd()
  return call && `${call.provider} ${call.model} ${call.operation}`
}

describe('what is a model call', () => {
  const chat = JSON.stringify({ model: 'm', messages: MESSAGES })
  const input = JSON.stringify({ model: 'm', input: 'hi' })

  it.each([
    ['http://10.0.0.7:8000/v1/chat/completions', chat, '10.0.0.7:8000 m chat'],
    ['https://gateway.example/team/openai/v1/chat/completions/', chat, 'gateway.example m chat'],
    [
      'http://localhost:8080/chat/completions',
      JSON.stringify({ messages: MESSAGES }),
      'localhost:8080 unknown chat',
    ],
    ['https://gateway.example/v1/responses', input, 'gateway.example m chat'],
    ['https://gateway.example/v1/embeddings', input, 'gateway.example m embeddings'],
    ['https://gateway.example/v1/messages', chat, 'gateway.example m chat'],
    [
      'https://eu-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent',
      '{"contents":[]}',
      'gcp.vertex_ai gemini-2.5-pro generate_content',
    ],
    ['http://127.0.0.1:11434/api/embed', input, 'ollama m embeddings'],
    ['https://openrouter.ai/api/v1/chat/completions', chat, 'openrouter m chat'],
    ['https://api.mistral.ai/v1/chat/completions', chat, 'mistral_ai m chat'],
    ['https://api.x.ai/v1/chat/completions', chat, 'x_ai m chat'],
    [
      'https://mine.openai.azure.com/openai/deployments/prod%20gpt/chat/completions?api-version=1',
      chat,
      'azure.ai.openai prod gpt chat',
    ],
  ])('%s', (url, body, expected) => {
    expect(recordOf(url, body)).toBe(expected)
  })

  it.each([
    ['a page', 'https://example.com/', undefined],
    ['messages of another API', 'https://chat.example/api/messages', '{"text":"hi","messages":[]}'],
    [
      'messages of an assistant',
      'https://api.openai.com/v1/threads/t1/messages',
      '{"role":"user","content":"hi"}',
    ],
    ['a counting of tokens', 'https://api.anthropic.com/v1/messages/count_tokens', chat],
    ['responses of a survey', 'https://forms.example/responses', '{"model":"x","answers":[]}'],
    ['a chat of another API', 'https://app.example/api/chat', '{"id":"1","messages":[]}'],
    [
      'a body that cannot be read at a host that is not known',
      'https://app.example/v1/embeddings',
      undefined,
    ],
  ])('and what is not: %s', (_name, url, body) => {
    expect(recordOf(url, body)).toBeUndefined()
  })

  it('is what goes to a provider that is named or known, though the body cannot be read', () => {
    expect(recordOf('https://api.openai.com/v1/responses', undefined)).toBe('openai unknown chat')
    expect(recordOf('https://models.example/v1/messages', '\x1f\x8b', { provider: 'ours' })).toBe(
      'ours unknown chat',
    )
  })

  it('is no GET', () => {
    const request = {
      method: 'GET',
      url: new URL('https://api.openai.com/v1/responses'),
      header: () => undefined,
    }
    expect(observeExchange(createTestOps().ops, request, { source: 'test' })).toBeUndefined()
  })
})

describe('the request of a call', () => {
  const begin = (body: string | Buffer) => {
    const observation = observe()
    observation.exchange.requestBody(body)
    observation.exchange.requestEnd()
    return observation.call()
  }

  it('tells its model and whether it streams wherever they stand in a body of megabytes', () => {
    const long = 'a story without any mark for a while, and then '
    const content = `${long}"model": "no"\\ \n${long}\\\\" \u2028 ひらがな `.repeat(12_000)
    const messages = [{ role: 'user', content, model: 'no', stream: false }]
    for (const body of [
      JSON.stringify({ model: 'gpt-5', stream: true, messages }),
      JSON.stringify({ messages, stream: true, model: 'gpt-5' }),
      JSON.stringify(
        { tools: [{ model: 'no', stream: [false] }], stream: true, messages, model: 'gpt-5' },
        null,
        2,
      ),
    ]) {
      expect(body.length).toBeGreaterThan(1e6)
      expect(begin(body)).toMatchObject({ model: 'gpt-5', streaming: true })
      expect(begin(Buffer.from(body))).toMatchObject({ model: 'gpt-5', streaming: true })
    }
  })

  it('names models with any characters', () => {
    for (const model of ['vendor/模型-é "x"', '\u{1f999}\\', 'a'.repeat(200)]) {
      expect(begin(JSON.stringify({ model, messages: [] })).model).toBe(model)
      expect(begin(Buffer.from(JSON.stringify({ model, messages: [] }))).model).toBe(model)
    }
  })

  it('belongs to the request and the session that the caller names', () => {
    const { exchange, ops, call } = observe({ options: { context: { requestId: 'r9', session: 's9' } } })
    ops.startRequest({ id: 'r9' })
    exchange.requestBody('{"model":"m","messages":[]}')
    exchange.requestEnd()
    expect(call()).toMatchObject({ requestId: 'r9', session: 's9' })
    expect(ops.requests()[0]).toMatchObject({ step: { kind: 'model', name: 'm' } })
  })

  it('shows after 200 ms although its body is still on its way, and once', () => {
    const { exchange, ops, clock } = observe()
    exchange.requestBody('{"model":"gpt-5","messages":[{"role":"user","content":"a long')
    expect(ops.calls()).toEqual([])
    clock.advance(200)
    expect(ops.calls()).toMatchObject([{ model: 'gpt-5', state: 'active', startedAt: clock.wall - 200 }])
    exchange.requestBody(' story"}],"stream":true}')
    exchange.requestEnd()
    expect(ops.calls()).toHaveLength(1)
    expect(clock.pending).toBe(1)
  })

  it('that is no call shows not at all, however long it takes', () => {
    const { exchange, ops, clock } = observe({ url: 'https://app.example/api/chat' })
    exchange.requestBody('{"messages":[')
    clock.advance(1000)
    exchange.requestBody(']}')
    exchange.requestEnd()
    exchange.response(500, () => undefined)
    exchange.responseEnd()
    exchange.fail(new Error('late'))
    expect(ops.calls()).toEqual([])
  })

  it('takes the model and the streaming from the response when it does not tell them', () => {
    const { exchange, ops } = observe({ url: 'https://api.openai.com/v1/responses' })
    const ends: object[] = []
    ops.bus.subscribe('call.end', (message) => ends.push(message))
    exchange.requestBody('{"prompt":{"id":"pmpt_1"}}')
    exchange.requestEnd()
    exchange.response(200, () => undefined)
    exchange.responseBody(
      Buffer.from(
        'data: {"type":"response.completed","response":{"model":"gpt-5-mini","status":"completed"}}\n\n',
      ),
    )
    exchange.responseEnd()
    expect(ends).toMatchObject([{ model: 'gpt-5-mini', streaming: true, state: 'ok' }])
  })
})

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ask, CHAT, observe, say, stop, toEvent, type Observation } from './exchange.js'

const KEY = 'sk-proj-abcdefghijklmnop'
const HEADERS = { authorization: `Bearer ${KEY}` }

/** The record of a call that is answered so. */
function answer(status: number, body: string, headers: Record<string, string> = HEADERS) {
  const { exchange, call } = observe({ headers })
  ask(exchange, CHAT, status)
  exchange.responseBody(Buffer.from(body))
  exchange.responseEnd()
  return call()
}

describe('a call that the provider refuses', () => {
  it.each([
    [
      'OpenAI',
      429,
      { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } },
      'rate_limit_exceeded',
      'Rate limit reached',
    ],
    [
      'OpenAI without a code',
      400,
      { error: { message: 'Bad model', type: 'invalid_request_error', code: null } },
      'invalid_request_error',
      'Bad model',
    ],
    [
      'Anthropic',
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'overloaded_error',
      'Overloaded',
    ],
    [
      'Google',
      429,
      { error: { code: 429, message: 'Quota', status: 'RESOURCE_EXHAUSTED' } },
      'RESOURCE_EXHAUSTED',
      'Quota',
    ],
    [
      'Google in a stream',
      400,
      [{ error: { code: 400, message: 'Bad', status: 'INVALID_ARGUMENT' } }],
      'INVALID_ARGUMENT',
      'Bad',
    ],
    ['Ollama', 404, { error: 'model "x" not found' }, '404', 'model "x" not found'],
    ['Mistral', 401, { message: 'Unauthorized' }, '401', 'Unauthorized'],
    [
      'a schema',
      422,
      { detail: [{ loc: ['body'], msg: 'Field required', input: 'What is it?' }] },
      '422',
      'Field required',
    ],
  ])('has the words of %s', (_name, status, body, errorType, error) => {
    expect(answer(status, JSON.stringify(body, null, 1))).toMatchObject({
      ...{ state: 'error', httpStatus: status, errorType, error },
    })
  })

  it('has the status when there are no words, or none that can be read', () => {
    for (const body of ['', '<html>Bad gateway</html>', '{"error":{}}', 'null', '\xff\xfe'])
      expect(answer(502, body)).toMatchObject({ state: 'error', errorType: '502', error: '502 Bad Gateway' })
  })

  it('has a short message without credentials, and without the prompt that it repeats', () => {
    const messages = [
      [`Incorrect API key provided: ${KEY}.`, 'Incorrect API key provided: [redacted].'],
      [
        'Incorrect API key provided: sk-proj-********mnop. See the page.',
        'Incorrect API key provided: [redacted] See the page.',
      ],
      [
        "[{'type': 'missing', 'msg': 'Field required', 'input': {'messages': 'What is it?'}}]",
        "[{'type': 'missing', 'msg': 'Field required'",
      ],
      [
        '1 validation error [type=string_type, input_value=What is it?, input_type=str]',
        '1 validation error [type=string_type',
      ],
      ['a\n b\u2028c', 'a b c'],
    ]
    for (const [message, error] of messages)
      expect(answer(400, JSON.stringify({ error: { message } })).error).toBe(error)
    const long = answer(400, JSON.stringify({ error: { message: 'é "\\'.repeat(500) } })).error!
    expect(long.length).toBe(301)
    const google = observe({
      url: 'https://generativelanguage.googleapis.com/v1beta/models/g:generateContent?key=AIzaSyCanary1',
    })
    ask(google.exchange, '{"contents":[]}', 400)
    google.exchange.responseBody(Buffer.from('{"error":{"message":"API key AIzaSyCanary1 not valid"}}'))
    google.exchange.responseEnd()
    expect(google.call().error).toBe('API key [redacted] not valid')
  })
})

describe('a call whose stream breaks', () => {
  const begin = (): Observation => {
    const observation = observe({ headers: HEADERS })
    ask(observation.exchange)
    observation.exchange.responseBody(say('One'))
    observation.clock.advance(1000)
    observation.exchange.responseBody(say(' two'))
    return observation
  }

  it('fails when the stream tells of an error', () => {
    const { exchange, call } = begin()
    exchange.responseBody(toEvent({ error: { message: 'The server had an error', type: 'server_error' } }))
    exchange.responseEnd()
    expect(call()).toMatchObject({
      ...{ state: 'error', httpStatus: 200, errorType: 'server_error', error: 'The server had an error' },
      ...{ outputTokens: 2, estimated: true },
    })
  })

  it.each([
    [
      'https://api.anthropic.com/v1/messages',
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      'overloaded_error',
    ],
    [
      'https://api.openai.com/v1/responses',
      'data: {"type":"error","code":"server_error","message":"Overloaded","param":null}\n\n',
      'server_error',
    ],
    [
      'https://api.openai.com/v1/responses',
      'data: {"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Overloaded"}}}\n\n',
      'server_error',
    ],
    [
      'http://localhost:11434/api/chat',
      '{"message":{"content":"a"},"done":false}\n{"error":"Overloaded"}\n',
      undefined,
    ],
    [
      'https://generativelanguage.googleapis.com/v1beta/models/g:streamGenerateContent',
      '[{"candidates":[]},\n{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}]',
      'UNAVAILABLE',
    ],
  ])('fails with the error of %s', (url, body, errorType) => {
    const { exchange, call } = observe({ url })
    ask(exchange, '{"model":"m","messages":[],"input":"","contents":[],"stream":true}')
    exchange.responseBody(Buffer.from(body))
    exchange.responseEnd()
    expect(call()).toMatchObject({ state: 'error', error: 'Overloaded', ...(errorType && { errorType }) })
  })

  it('fails when it ends before the model has', () => {
    const { exchange, call } = begin()
    exchange.responseEnd()
    expect(call()).toMatchObject({ state: 'error', errorType: 'incomplete_stream', outputTokens: 2 })
  })

  it('fails when the connection does, by its code, also within what fetch throws', () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    const nothing = new AggregateError([], '')
    const refused = new TypeError('fetch failed', { cause: Object.assign(nothing, { code: 'ECONNREFUSED' }) })
    for (const [error, errorType, text] of [
      [reset, 'ECONNRESET', 'read ECONNRESET'],
      [refused, 'ECONNREFUSED', 'fetch failed'],
      [
        new DOMException('The operation timed out', 'TimeoutError'),
        'TimeoutError',
        'The operation timed out',
      ],
      [undefined, undefined, 'The connection failed.'],
      [
        {
          get message(): string {
            throw new Error('no')
          },
        },
        undefined,
        'The connection failed.',
      ],
    ] as const) {
      const { exchange, call } = begin()
      exchange.fail(error)
      expect(call()).toMatchObject({
        state: 'error',
        error: text,
        httpStatus: 200,
        ...(errorType && { errorType }),
      })
    }
  })

  it('is cancelled when the app gives up, with the tokens that came', () => {
    for (const leave of [
      ({ exchange }: Observation) => exchange.abort(),
      ({ exchange }: Observation) =>
        exchange.fail(new DOMException('This operation was aborted', 'AbortError')),
      ...['ABORT_ERR', 'UND_ERR_ABORTED', 'ERR_CANCELED'].map(
        (code) =>
          ({ exchange }: Observation) =>
            exchange.fail(Object.assign(new Error('aborted'), { code })),
      ),
    ]) {
      const observation = begin()
      leave(observation)
      expect(observation.call()).toMatchObject({ state: 'cancelled', outputTokens: 2, estimated: true })
      expect(observation.ops.logLines().filter(({ level }) => level === 'error')).toEqual([])
    }
  })

  it('is well when the app leaves after the model was done', () => {
    const { exchange, call } = begin()
    exchange.responseBody(stop())
    exchange.abort()
    expect(call()).toMatchObject({ state: 'ok', finishReason: 'stop' })
  })

  it('is cancelled when the app gives up before the response, or before its request is sent', () => {
    const waiting = observe()
    waiting.exchange.requestBody(CHAT)
    waiting.exchange.requestEnd()
    waiting.exchange.abort()
    expect(waiting.call()).toMatchObject({ state: 'cancelled', model: 'gpt-5' })
    const sending = observe()
    sending.exchange.requestBody(CHAT.slice(0, 40))
    sending.exchange.abort()
    expect(sending.call()).toMatchObject({ state: 'cancelled', model: 'gpt-5' })
  })

  it('ends once, whatever comes later', () => {
    const { exchange, ops, deltas } = begin()
    exchange.abort()
    const before = deltas.length
    exchange.responseBody(say('late'))
    exchange.responseEnd()
    exchange.fail(new Error('late'))
    exchange.abort()
    exchange.requestBody('late')
    exchange.requestEnd()
    exchange.response(500, () => undefined)
    expect(deltas).toHaveLength(before)
    expect(ops.calls()).toMatchObject([{ state: 'cancelled' }])
  })
})

describe('a compressed response', () => {
  const body = Buffer.concat([say('One'), say(' two'), stop()])
  const usage = toEvent({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } })
  const play = (encoding: string, bytes: Buffer, encoded = true) => {
    const observation = observe({ options: { encoded } })
    ask(observation.exchange, CHAT, 200, { 'content-encoding': encoding })
    for (let at = 0; at < bytes.length; at += 7) observation.exchange.responseBody(bytes.subarray(at, at + 7))
    observation.exchange.responseEnd()
    return observation
  }

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('of %s is read as well', async (encoding, compress) => {
    const { call } = play(encoding, compress(Buffer.concat([body, usage])))
    await expect.poll(() => call().state).toBe('ok')
    expect(call()).toMatchObject({ finishReason: 'stop', inputTokens: 3, outputTokens: 5 })
    expect(call().timeToFirstToken).toBeDefined()
  })

  it('that is cut off, broken or of an unknown encoding ends all the same', async () => {
    const cut = play('gzip', gzipSync(body).subarray(0, -12))
    await expect.poll(() => cut.call().state).not.toBe('active')
    const broken = play('gzip', body)
    await expect.poll(() => broken.call().state).toBe('ok')
    expect(broken.call()).not.toHaveProperty('outputTokens')
    const unknown = play('zstd', body)
    expect(unknown.call()).toMatchObject({ state: 'ok', httpStatus: 200 })
    expect(unknown.call()).not.toHaveProperty('outputTokens')
  })

  it('that comes decoded is read as it is, whatever its header says', () => {
    const { call } = play('gzip', body, false)
    expect(call()).toMatchObject({ state: 'ok', outputTokens: 2 })
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestOps } from '../helpers/test-ops.js'

const { ops } = createTestOps()
/** What is kept of a log line. */
const kept = (message: string, fields?: object) => {
  ops.log('info', 'app', message, fields as never)
  return ops.logLines(1)[0]!
}

describe('a secret in a text', () => {
  it.each([
    ['Authorization: Bearer abc123def456', 'Authorization: Bearer [redacted]'],
    ['proxy-authorization=Basic dXNlcjpwYXNz', 'proxy-authorization=Basic [redacted]'],
    ['sent with bearer 0a1b2c3d', 'sent with bearer [redacted]'],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic [redacted]"}'],
    [String.raw`"{\"password\":\"hunter22\"}"`, String.raw`"{\"password\":\"[redacted]\"}"`],
    ['password=hunter2, user=ann', 'password=[redacted], user=ann'],
    ['DB_PASSWORD: qwerty', 'DB_PASSWORD: [redacted]'],
    ['x-api-key: 9f8e7d6c5b4a', 'x-api-key: [redacted]'],
    ['OPENAI_API_KEY=foo-bar-baz', 'OPENAI_API_KEY=[redacted]'],
    ['client_secret=abcdef', 'client_secret=[redacted]'],
    ['Cookie: sid=abc; theme=dark', 'Cookie: [redacted]'],
    ['Set-Cookie: a=b; Path=/\nnext', 'Set-Cookie: [redacted]\nnext'],
    ['GET /a?token=abcdef&x=1', 'GET /a?token=[redacted]&x=1'],
    ['GET /a?x=1&sig=abcdef#part', 'GET /a?x=1&sig=[redacted]#part'],
    ['GET /callback?code=4/0AbCd', 'GET /callback?code=[redacted]'],
    ['https://ann:pw@host/x', 'https://[redacted]@host/x'],
    ['redis://:pw@host:1', 'redis://[redacted]@host:1'],
    ['key sk-proj-0123456789abcdefghij.', 'key [redacted].'],
    ['key sk-ant-REDACTED-abcdefghijkl', 'key [redacted]'],
    ['ghp_abcdefghijklmnop1234', '[redacted]'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['AIzaSyA1234567890123456789012345678901234', '[redacted]'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def', 'jwt [redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end', '[redacted] end'],
    ['cut -----BEGIN PRIVATE KEY-----\nMIIEvQ', 'cut [redacted]'],
  ])('is taken out: %s', (text, safe) => {
    expect(kept(text).message).toBe(safe)
  })

  it.each([
    '320 tokens in 2.1 s',
    'outputTokens: 320, max_token=4096, token: 17',
    'basic authentication failed, the bearer of bad news is an invalid token',
    'password: null, secret=undefined',
    'code=ECONNREFUSED at file:///app/server.js:10:3',
    'https://host:8080/x?y=1#z asked by ann@example.com',
    'GET /callback?code=404',
  ])('is not seen in what holds none: %s', (text) => {
    expect(kept(text).message).toBe(text)
  })
})

describe('a secret under the name of one', () => {
  it('is taken out in any case, depth and list, and leaves what counts tokens', () => {
    const fields = {
      Authorization: 'x',
      nested: { 'Set-Cookie': ['a=b'], list: [{ apiKey: 'k' }, { API_KEY: 1234 }], db_password: 'p' },
      refreshToken: 'x',
      token: 5,
      inputTokens: 7,
      maxTokens: 9,
      hasPassword: true,
      password: null,
      user: 'ann',
    }
    expect(kept('m', fields).fields).toEqual({
      Authorization: '[redacted]',
      nested: {
        'Set-Cookie': '[redacted]',
        list: [{ apiKey: '[redacted]' }, { API_KEY: '[redacted]' }],
        db_password: '[redacted]',
      },
      refreshToken: '[redacted]',
      token: 5,
      inputTokens: 7,
      maxTokens: 9,
      hasPassword: true,
      password: null,
      user: 'ann',
    })
  })

  it('is taken out of errors, their stacks and their causes', () => {
    const cause = new Error('refused with api_key=inner-canary')
    const error = new Error('failed for Bearer outer-canary-1', { cause })
    const text = JSON.stringify(kept('m', { error }))
    expect(text).toContain('failed for Bearer [redacted]')
    expect(text).toContain('refused with api_key=[redacted]')
    expect(text).not.toContain('canary')
  })

  it('leaves the objects of the host as they are', () => {
    const fields = Object.freeze({ password: 'p', list: Object.freeze([Object.freeze({ secret: 's' })]) })
    expect(kept('m', fields).fields).toEqual({ password: '[redacted]', list: [{ secret: '[redacted]' }] })
    expect(fields).toEqual({ password: 'p', list: [{ secret: 's' }] })
  })
})

describe('every recorder call', () => {
  it('keeps no secret in a name, a step, an error or a detail', () => {
    const { ops, deltas } = createTestOps()
    const secret = 'sk-live-canary0123456789'
    const request = ops.startRequest({ name: `/a?token=${secret}`, session: secret, channel: secret })
    request.update({ step: { kind: 'tool', name: `search ${secret}` } })
    const call = request.startCall({ provider: secret, model: secret })
    call.fail(new Error(`401 for ${secret}`))
    request.fail(new Error(`failed with ${secret}`))
    ops.setChannel('mail', { state: 'error', detail: `login ${secret} refused` })
    ops.gauge(secret).set(1)
    ops.counter(secret).add(1)
    ops.bus.publish('log', { level: 'info', source: secret, message: secret, fields: { a: [secret] } })
    const all = JSON.stringify([deltas, ops.snapshot()])
    expect(all).toContain('/a?token=[redacted]')
    expect(all).not.toContain('canary')
  })
})

describe('the option redact', () => {
  it('adds names and patterns', () => {
    const { ops } = createTestOps({ redact: { keys: ['tenant-id'], patterns: [/\bcus_\w+/, /SSN \d+/i] } })
    ops.log('info', 'app', 'cus_1 paid, ssn 12345', { TenantID: 't1', password: 'p' })
    expect(ops.logLines(1)).toMatchObject([
      { message: '[redacted] paid, [redacted]', fields: { TenantID: '[redacted]', password: '[redacted]' } },
    ])
  })

  it('names what it does not accept', () => {
    expect(() => createTestOps({ redact: { keys: ['--'] } })).toThrow('redact.keys takes names')
    expect(() => createTestOps({ redact: { patterns: ['x' as never] } })).toThrow('redact.patterns takes')
  })
})

it('never throws and changes nothing that holds no letter, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(typeof kept(text).message).toBe('string')
      const plain = text.replace(/[a-z]/gi, '')
      expect(kept(plain).message).toBe(plain)
    }),
  )
})

it('drops a message that cannot be read, and says so', () => {
  const { ops } = createTestOps()
  const fields = {
    get broken(): never {
      throw new Error('getter')
    },
  }
  ops.bus.publish('log', { level: 'info', source: 'app', message: 'lost', fields: fields })
  expect(ops.logLines().map(({ message }) => message)).toEqual([
    expect.stringContaining('The redaction of "log"'),
  ])
})

import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { send } from '../helpers/send.js'
import { encodeBytes, encodeVarint, toProtobuf } from '../helpers/otlp-protobuf.js'
import {
  FORMS,
  post,
  postBytes,
  spanId,
  toLogs,
  toMetrics,
  toSpan,
  toTraces,
  traceId,
  TYPES,
  type Form,
  type Signal,
} from '../helpers/otlp.js'
import { startOtlpHost } from '../helpers/otlp-host.js'

const LIMIT = 20 * 1024 * 1024
const BODIES: [Signal, object][] = [
  ['traces', toTraces([{ id: 'a' }])],
  ['logs', toLogs([{ body: 'x' }])],
  ['metrics', toMetrics([])],
]

/** A Status in the form of the request: code and message. */
function readStatus(form: Form, body: Buffer): { code: number; message: string } {
  if (form === 'json') return JSON.parse(body.toString()) as { code: number; message: string }
  expect([body[0], body[2]]).toEqual([0x08, 0x12])
  // The length of the message: these are never over 16 KiB.
  const at = body[3]! < 128 ? 4 : 5
  return { code: body[1]!, message: body.subarray(at).toString() }
}

describe.each(FORMS)('a request as %s', (form) => {
  it.each(BODIES)('to /v1/%s is answered 200 with an empty message of its type', async (signal, body) => {
    const { base } = await startOtlpHost()
    for (const gzip of [false, true]) {
      const answer = await post(base, signal, body, { form, gzip })
      expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
        200,
        TYPES[form],
        form === 'json' ? '{}' : '',
      ])
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it('without anything in it is accepted', async () => {
    const host = await startOtlpHost()
    for (const [signal] of BODIES) {
      await host.export(signal, {}, { form })
      await host.export(
        signal,
        { resourceSpans: [{}], resourceLogs: [{ scopeLogs: [{}] }], unknown: 1 },
        { form },
      )
    }
    expect(host.all).toEqual([])
  })

  it('with spans of which some have no valid ids is a partial success that counts them', async () => {
    const host = await startOtlpHost()
    const good = toSpan({ id: 'good', attributes: { 'gen_ai.operation.name': 'chat' } })
    const bad = [
      { ...good, traceId: '' },
      { ...good, traceId: '00'.repeat(16) },
      { ...good, traceId: traceId('x').slice(2) },
      { ...good, spanId: '00'.repeat(8) },
      { ...good, spanId: spanId('x') + 'ff' },
      { ...good, parentSpanId: 'abcd' },
    ]
    const answer = await post(host.base, 'traces', toTraces([...bad, good]), { form })
    expect([answer.status, answer.headers['content-type']]).toEqual([200, TYPES[form]])
    const reason =
      'a span needs a traceId of 16 bytes, a spanId of 8 bytes, and a parentSpanId of 8 bytes or none'
    if (form === 'json') {
      // As the JSON of protobuf has its 64-bit numbers.
      expect(JSON.parse(answer.body)).toEqual({
        partialSuccess: { rejectedSpans: '6', errorMessage: reason },
      })
    } else {
      const partial = Buffer.concat([encodeVarint(8), encodeVarint(6), encodeBytes(2, Buffer.from(reason))])
      expect(Buffer.from(answer.body)).toEqual(encodeBytes(1, partial))
    }
    expect(host.of('call.start')).toMatchObject([{ id: spanId('good') }])
  })

  it.each([
    ['seconds', 1e9],
    ['milliseconds', 1e6],
    ['microseconds', 1e3],
  ])('with times in %s tells that they are none, and shows no call of 0 ms', async (_unit, nanoseconds) => {
    const host = await startOtlpHost()
    const good = toSpan({ id: 'good', attributes: { 'gen_ai.operation.name': 'chat' } })
    const at = (time: number): string => String(Math.round((time * 1e6) / nanoseconds))
    const times = { startTimeUnixNano: at(Date.now() - 2000), endTimeUnixNano: at(Date.now()) }
    const bad = [
      { ...good, spanId: spanId('both'), ...times },
      { ...good, spanId: spanId('running'), ...times, endTimeUnixNano: '0' },
      { ...good, spanId: spanId('no start'), startTimeUnixNano: '0' },
    ]
    const { status, body } = await post(host.base, 'traces', toTraces([...bad, good]), { form })
    expect(status).toBe(200)
    expect(body).toContain('startTimeUnixNano and endTimeUnixNano of a span are epoch nanoseconds')
    if (form === 'json') expect(body).toContain('"rejectedSpans":"3"')
    expect(host.of('call.start')).toMatchObject([{ id: spanId('good') }])
  })

  it('with more items than one request may have takes as many as that', { timeout: 20_000 }, async () => {
    const host = await startOtlpHost()
    const { base } = host
    const records = toLogs(Array.from({ length: 20_005 }, () => ({ event: 'e' })))
    const answer = await post(base, 'logs', records, { form })
    expect(answer.status).toBe(200)
    if (form === 'json')
      expect(JSON.parse(answer.body)).toMatchObject({ partialSuccess: { rejectedLogRecords: '5' } })
    expect(host.of('log')).toHaveLength(20_000)
  })

  it.each([
    ['a body that is no such message', Buffer.from('\u0001{]'), 400, 3],
    ['a gzip that is none', Buffer.from('{}'), 400, 3, { 'content-encoding': 'gzip' }],
    [
      'a gzip that is cut off',
      gzipSync(Buffer.alloc(1000)).subarray(0, 20),
      400,
      3,
      { 'content-encoding': 'gzip' },
    ],
    ['an unknown encoding', Buffer.from('{}'), 415, 3, { 'content-encoding': 'br' }],
    ['two encodings', Buffer.from('{}'), 415, 3, { 'content-encoding': 'gzip, gzip' }],
    ['a body over the limit', Buffer.alloc(LIMIT + 1, ' '), 413, 8],
    [
      'a body over the limit once inflated',
      gzipSync(Buffer.alloc(LIMIT + 1, ' ')),
      413,
      8,
      { 'content-encoding': 'gzip' },
    ],
  ] as [string, Buffer, number, number, Record<string, string>?][])(
    'with %s is answered a Status of its type',
    { timeout: 20_000 },
    async (_name, body, status, code, headers) => {
      const { base, all } = await startOtlpHost()
      const answer = await postBytes(base, 'traces', body, { form, ...(headers && { headers }) })
      expect([answer.status, answer.headers['content-type']]).toEqual([status, TYPES[form]])
      expect(readStatus(form, Buffer.from(answer.body))).toMatchObject({
        code,
        message: expect.stringMatching(/\w+/),
      })
      expect(all).toEqual([])
    },
  )

  it('of exactly the limit is accepted', { timeout: 20_000 }, async () => {
    const { base } = await startOtlpHost()
    // An unknown field fills the rest.
    const rest = LIMIT - 5
    const body =
      form === 'json'
        ? Buffer.from(`{"x":"${'y'.repeat(LIMIT - 8)}"}`)
        : Buffer.concat([encodeVarint((15 << 3) | 2), encodeVarint(rest), Buffer.alloc(rest)])
    expect(body.length).toBe(LIMIT)
    expect((await postBytes(base, 'traces', body, { form })).status).toBe(200)
  })
})

describe('a request', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/protobuf',
    'application/json garbage',
    'application/json\ta',
    'application/jsonx',
    'invalid',
    '',
  ])('of the type %j is answered 415', async (type) => {
    const host = await startOtlpHost()
    const headers = { 'content-type': type }
    const answer = await send(`${host.base}/v1/traces`, { method: 'POST', headers }, '{}')
    expect([answer.status, answer.headers['content-type']]).toEqual([415, 'application/json'])
    expect(JSON.parse(answer.body)).toEqual({ code: 3, message: expect.any(String) as string })
  })

  it('without a type is answered 415', async () => {
    const { base } = await startOtlpHost()
    expect((await send(`${base}/v1/logs`, { method: 'POST' }, '{}')).status).toBe(415)
    expect((await send(`${base}/v1/logs`, { method: 'POST' })).status).toBe(415)
  })

  it.each(['Application/JSON', 'application/json; charset=utf-8', 'application/json ; charset="UTF-8"'])(
    'of the type %s is taken as JSON',
    async (type) => {
      const { base } = await startOtlpHost()
      const answer = await send(
        `${base}/v1/traces`,
        { method: 'POST', headers: { 'content-type': type } },
        '{}',
      )
      expect([answer.status, answer.body]).toEqual([200, '{}'])
    },
  )

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('by %s is answered 405', async (method) => {
    const { base } = await startOtlpHost()
    for (const [signal] of BODIES) {
      const answer = await send(`${base}/v1/${signal}`, { method })
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
    }
  })

  it('may come in chunks', async () => {
    const host = await startOtlpHost()
    const headers = { 'content-type': TYPES.protobuf, 'transfer-encoding': 'chunked' }
    const body = toProtobuf('logs', toLogs([{ body: 'x' }]))
    expect((await send(`${host.base}/v1/logs`, { method: 'POST', headers }, body)).status).toBe(200)
    expect(host.of('log')).toHaveLength(1)
  })

  it('of another signal than its address tells nothing', async () => {
    const host = await startOtlpHost()
    await host.export('logs', toTraces([{ id: 'a', kind: 2 }]), { form: 'json' })
    expect(host.all).toEqual([])
  })

  it('is not shown as a request of the host', async () => {
    const host = await startOtlpHost()
    await host.export('logs', {})
    expect(host.ops.requests()).toEqual([])
  })

  it('to a host that wants none is answered 404', async () => {
    const { base } = await startOtlpHost(false)
    expect((await post(base, 'traces', {})).status).toBe(404)
  })

  it('that comes while the host closes is answered 503, to be sent again', async () => {
    const host = await startOtlpHost()
    const { hostname, port } = new URL(host.base)
    const arrived = new Promise((resolve) => host.app.server.once('request', resolve))
    const socket = connect(Number(port), hostname)
    socket.write(
      'POST /ops/v1/logs HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"a"',
    )
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    await arrived
    const closed = host.app.close()
    await expect.poll(() => answer).toMatch(/^HTTP\/1.1 503 /)
    expect(answer.toLowerCase()).toContain('retry-after: 1')
    expect(answer).toContain('"code":14')
    socket.destroy()
    await closed
  })
})

describe('options that are wrong', () => {
  it.each([
    [{ otlp: { contents: true } }, 'Unknown otlp option "contents"; accepted are content, rate, map.'],
    [{ otlp: { content: 'yes' } }, 'The otlp option content does not accept "yes"; it takes true or false.'],
    [
      { otlp: { map: { 'a b': 'm' } } },
      'The otlp option map does not accept {"a b":"m"}; it takes an object of',
    ],
    [{ otlp: { map: { a: '' } } }, 'The otlp option map does not accept {"a":""}'],
    [{ otlp: 3 }, 'The option otlp does not accept 3; it takes true, false, or an object of options.'],
  ])('%j are named with what is accepted', async ({ otlp }, message) => {
    await expect(startOtlpHost(otlp as never)).rejects.toThrow(message)
  })
})

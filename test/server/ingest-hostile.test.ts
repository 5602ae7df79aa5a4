import { connect, type Socket } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openFeed } from '../helpers/feed-reader.js'
import { startFeedProcess, type FeedProcess } from '../helpers/feed-process.js'
import { startHost } from '../helpers/host.js'
import { ingest, ndjson, toLines, type IngestAnswer } from '../helpers/ingest.js'
import { openUpload } from '../helpers/upload.js'

const MEBIBYTE = 1024 * 1024
const LOG = { type: 'log', message: 'm' }

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
const inFields = (value: string): string => `{"type":"log","message":"m","fields":{"a":${value}}}`

async function post(body: unknown, headers = {}): Promise<IngestAnswer & { lines: unknown[] }> {
  const { url, ops } = await startHost({ plugin: { http: false, log: false } })
  const answer = await ingest(`${url}/ops`, body, headers)
  return { ...answer, lines: ops.logLines().map(({ message, fields }) => fields ?? message) }
}

describe('a body that is no JSON', () => {
  it.each([
    ['empty', ''],
    ['blank', ' \r\n\t '],
    ['cut off', '{"type":"log","mess'],
    ['a cut off array', '[{"type":"log","message":"m"},{"type":'],
    ['an array with a bad item at its end', '[{"type":"log","message":"m"},{bad}]'],
    ['an array with a comma too many', '[{"type":"log","message":"m"},]'],
    ['an array and more', '[] []'],
    ['two objects', `${JSON.stringify(LOG)}\n${JSON.stringify(LOG)}`],
    ['not to be represented', '{"type":"gauge","name":"g","value":NaN}'],
    ['HTML', '<html>'],
    ['without an end', '['.repeat(500_000)],
    ['a number', '123'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['binary', Buffer.from([0, 255, 254, 128])],
  ])('or no object: %s; is answered 400, and nothing of it is published', async (_name, body) => {
    const { status, error, accepted, lines } = await post(body)
    expect([status, accepted, lines]).toEqual([400, undefined, []])
    expect(error?.code).toMatch(/^OPS_(JSON|EMPTY|INVALID)$/)
    expect(error?.message).toMatch(/^The body (is|ends|goes) .{5,300}$/)
    expect((await post(body === '' ? '\n\n' : body, ndjson)).status).toBe(
      body.toString().trim() === '' ? 400 : 200,
    )
  })

  it('is told what else is accepted when it is lines', async () => {
    const { error } = await post(toLines([LOG, LOG]))
    expect(error?.message).toContain('as application/x-ndjson, one object a line')
  })
})

describe('a strange message', () => {
  it.each([
    ['nested 100,000 deep in its fields', inFields(nested(100_000)), { a: [[[[['[too deep]']]]]] }],
    ['with a number too large', inFields('1e999'), { a: '[Infinity]' }],
    ['with a number of 400 digits', inFields('9'.repeat(400)), { a: '[Infinity]' }],
    ['with a key twice', '{"type":"log","message":"first","message":"last"}', 'last'],
    ['with lone surrogates', '{"type":"log","message":"\\ud800 \\udc00"}', '\ud800 \udc00'],
    ['with NUL characters', '{"type":"log","message":"a\\u0000b"}', 'a\0b'],
    ['with a line separator', '{"type":"log","message":"a\u2028b"}', 'a\u2028b'],
    ['in broken UTF-8', Buffer.from('{"type":"log","message":"a\xffb"}', 'latin1'), 'a\ufffdb'],
  ])('%s is taken as what can be kept of it', async (_name, body, line) => {
    for (const headers of [{}, ndjson]) {
      const { status, accepted, lines } = await post(body, headers)
      expect([status, accepted, lines]).toEqual([200, 1, [line]])
    }
  })

  it.each([
    ['nested 100,000 deep', nested(100_000)],
    ['with a deep type', `{"type":${nested(100_000)}}`],
    ['with deep fields', `{"type":"log","message":"m","fields":${nested(100_000)}}`],
    ['with __proto__', '{"type":"log","message":"m","__proto__":{"polluted":1}}'],
    ['with __proto__, escaped', '{"type":"log","message":"m","\\u005f_proto__":{"polluted":1}}'],
    ['with a type of __proto__', '{"type":"__proto__"}'],
    ['with constructor', '{"type":"log","message":"m","constructor":{"prototype":{"polluted":1}}}'],
    ['with an infinite gauge', '{"type":"gauge","name":"g","value":1e999}'],
    ['with a counter beyond all bounds', '{"type":"counter","name":"c","add":1e300}'],
    ['of a huge key', `{"type":"log","message":"m","${'k'.repeat(200_000)}":1}`],
    [
      'of many keys',
      `{"type":"log","message":"m"${Array.from({ length: 20_000 }, (_, n) => `,"${n}":1`).join('')}}`,
    ],
  ])('%s is rejected in a sentence', async (_name, message) => {
    const { status, accepted, rejected, lines } = await post(`${message}\n${JSON.stringify(LOG)}`, ndjson)
    expect([status, accepted, lines]).toEqual([200, 1, ['m']])
    expect(rejected).toMatchObject([
      { index: 0, code: 'OPS_INVALID', message: expect.stringMatching(/^.{20,400}$/) },
    ])
    expect(await post(`[${message}]`)).toMatchObject({ status: 200, accepted: 0, rejected: [{ index: 0 }] })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('keeps a key __proto__ in its fields as data that changes nothing', async () => {
    const { url, ops, feed } = await startHost({ plugin: { http: false, log: false } })
    const reader = await feed()
    await ingest(`${url}/ops`, inFields('{"__proto__":{"polluted":1}}'))
    const { data } = await reader.until('log')
    expect(JSON.stringify(data[0]?.fields)).toBe('{"a":{"__proto__":{"polluted":1}}}')
    const { a } = ops.logLines()[0]!.fields as { a: Record<string, unknown> }
    expect([a['polluted'], ({} as Record<string, unknown>)['polluted']]).toEqual([undefined, undefined])
  })

  it('that is too long is rejected by itself', async () => {
    const long = inFields(`"${'x'.repeat(300_000)}"`)
    const lines = await post(`${JSON.stringify(LOG)}\n${long}\n${JSON.stringify(LOG)}`, ndjson)
    const rejected = [
      {
        index: 1,
        code: 'OPS_TOO_LARGE',
        message: 'This message has more than 262144 bytes; at most that many are accepted.',
      },
    ]
    expect(lines).toMatchObject({ status: 200, accepted: 2, rejected })
    const array = await post(`[${JSON.stringify(LOG)},${long},${JSON.stringify(LOG)}]`)
    expect(array).toMatchObject({ status: 200, accepted: 2, rejected })
    expect(await post(long)).toMatchObject({
      status: 200,
      accepted: 0,
      rejected: [{ code: 'OPS_TOO_LARGE' }],
    })
  })

  it('of any kind is taken or rejected, never more than that', async () => {
    const { url, ops } = await startHost({ plugin: { http: false, log: false } })
    const types = ['log', 'request.start', 'call.end', 'channel', 'gauge', 'constructor', '']
    const keys = fc.constantFrom(
      'type',
      'id',
      'name',
      'message',
      'fields',
      'step',
      'time',
      'state',
      '__proto__',
    )
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...types))
    const batch = fc.array(fc.oneof(fc.jsonValue(), fc.dictionary(keys, value)), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(batch, fc.boolean(), async (messages, asLines) => {
        const { status, accepted, rejected } = asLines
          ? await ingest(`${url}/ops`, toLines([...messages, LOG]), ndjson)
          : await ingest(`${url}/ops`, JSON.stringify([...messages, LOG]))
        expect([status, accepted! + rejected!.length]).toEqual([200, messages.length + 1])
      }),
      { numRuns: 60 },
    )
    expect(ops.metrics().counters['faults']).toBeUndefined()
  })
})

describe('a content type', () => {
  it.each([
    undefined,
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json garbage',
    'application/json\ta',
    'application/json; charset=utf-16',
    'application/octet-stream',
    'invalid',
  ])('of %j is answered 415, naming what is accepted', async (type) => {
    const { url, ops } = await startHost({ plugin: { http: false, log: false } })
    const upload = openUpload(`${url}/ops/api/ingest`, type === undefined ? {} : { 'content-type': type })
    await upload.write(JSON.stringify(LOG))
    upload.end()
    const { status, headers, body } = await upload.answer
    expect([status, headers['accept-post']]).toEqual([
      415,
      'application/json, application/x-ndjson, application/ndjson, application/jsonl',
    ])
    expect(body).toMatchObject({ error: { code: 'OPS_MEDIA_TYPE' } })
    expect((body as { error: { message: string } }).error.message).toContain(
      'accepted are application/json, ',
    )
    expect(ops.position).toBe(0)
  })
})

describe('a host process', () => {
  /** A connection that says what the test wants; broken off with it. */
  function openSocket({ url }: FeedProcess, head: string): { socket: Socket; text: () => string } {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.on('error', () => undefined)
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.write(`POST /ops/api/ingest HTTP/1.1\r\nhost: h\r\ncontent-type: ${head}\r\n\r\n`)
    return { socket, text: () => text }
  }

  it('keeps its memory, its feed and nothing else when hostile bodies have been there', async () => {
    const host = await startFeedProcess({})
    const url = host.url.replace('/events', '')
    const reader = await openFeed(host.url)
    onTestFinished(() => reader.close())
    await reader.until('snapshot')
    const send = (body: string | Buffer, headers = {}): Promise<IngestAnswer> => ingest(url, body, headers)

    // What Node itself loads at the first body of each kind is no leak.
    await send(gzipSync(toLines([LOG])), { ...ndjson, 'content-encoding': 'gzip' })
    await send(JSON.stringify([LOG]))
    let left: object | undefined
    const isSteady = async (): Promise<boolean> => {
      const previous = left
      left = (await host.state()).left
      return isDeepStrictEqual(previous, left)
    }
    await expect.poll(isSteady, { interval: 200, timeout: 5000 }).toBe(true)
    const before = await host.state()

    const zeros = gzipSync(Buffer.alloc(200 * MEBIBYTE))
    const cutOff = gzipSync(JSON.stringify([LOG])).subarray(0, -10)
    const gzip = { 'content-encoding': 'gzip' }
    for (const headers of [gzip, { ...ndjson, ...gzip }]) {
      expect(await send(zeros, headers)).toMatchObject({ status: 413, error: { code: 'OPS_TOO_LARGE' } })
      expect(await send(gzipSync(zeros), headers)).toMatchObject({ status: headers === gzip ? 400 : 200 })
      expect(await send(cutOff, headers)).toMatchObject({ status: 400, error: { code: 'OPS_GZIP' } })
      expect(await send(JSON.stringify(LOG), headers)).toMatchObject({
        status: 400,
        error: { code: 'OPS_GZIP' },
      })
    }
    const largeLine = Buffer.alloc(50 * MEBIBYTE, 'x')
    expect(await send(largeLine, ndjson)).toMatchObject({
      status: 200,
      rejected: [{ code: 'OPS_TOO_LARGE' }],
    })
    expect(await send(largeLine)).toMatchObject({ status: 413 })
    expect(await send(`[${nested(5 * MEBIBYTE)}]`)).toMatchObject({ status: 200, accepted: 0 })
    expect(await send(toLines(Array(40_000).fill({})), ndjson)).toMatchObject({ rejectedCount: 40_000 })

    const chunked = openSocket(host, 'application/json\r\ntransfer-encoding: chunked')
    const chunk = `100000\r\n${'x'.repeat(MEBIBYTE)}\r\n`
    for (let i = 0; i < 30; i++) chunked.socket.write(chunk)
    await expect.poll(chunked.text).toContain('HTTP/1.1 413')
    const announced = openSocket(host, `application/json\r\ncontent-length: ${2 ** 31}`)
    await expect.poll(announced.text).toContain('HTTP/1.1 413')
    const expectant = openSocket(host, 'application/x-ndjson\r\ncontent-length: 50\r\nexpect: 100-continue')
    await expect.poll(expectant.text).toContain('HTTP/1.1 100')
    const halves = Array.from({ length: 50 }, (_, n) =>
      openSocket(host, `application/${n % 2 === 0 ? 'json' : 'x-ndjson'}\r\ncontent-length: 5000`),
    )
    for (const { socket } of halves) await new Promise((done) => socket.write('{"type":', done))
    for (const { socket } of [chunked, announced, expectant, ...halves]) socket.destroy()

    expect(await send(toLines([{ ...LOG, message: 'still here' }]), ndjson)).toMatchObject({ accepted: 1 })
    await reader.until('log', (lines) => lines.some(({ message }) => message === 'still here'))
    expect(reader.events.filter(({ event }) => event === 'gap' || event === 'bye')).toEqual([])
    // Closed sockets take a moment to be gone.
    await expect.poll(async () => (await host.state()).left, { timeout: 5000 }).toEqual(before.left)
    const after = await host.state()
    expect(after.faults).toBe(0)
    expect(after.memory - before.memory).toBeLessThan(8 * MEBIBYTE)
    expect(after.peak - before.peak).toBeLessThan(128 * MEBIBYTE)
  }, 60_000)
})

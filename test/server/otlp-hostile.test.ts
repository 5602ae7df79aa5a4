import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeBytes, encodeVarint, toProtobuf } from '../helpers/otlp-protobuf.js'
import { startHost } from '../helpers/host.js'
import {
  FORMS,
  post,
  postBytes,
  toAttributes,
  toLogs,
  toTraces,
  type Form,
  type Signal,
} from '../helpers/otlp.js'
import { startOtlpHost, type OtlpHost } from '../helpers/otlp-host.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const MEBIBYTE = 1024 * 1024
/** Of a body: large enough that what is multiplied takes long or fills the memory. */
const SIZE = 3 * MEBIBYTE
/** The same for bodies that together are to be more than can be held. */
const LARGEST = 19.5 * MEBIBYTE

interface Hostile {
  name: string
  form: Form
  /** About so many bytes. */
  body: (size: number) => Buffer
  gzip?: boolean
  signal?: Signal
  status: 200 | 400 | 413
}

const inSpans = (spans: Buffer): Buffer => encodeBytes(1, encodeBytes(2, spans))
const repeat = (bytes: Buffer, size: number): Buffer =>
  Buffer.alloc(Math.floor(size / bytes.length) * bytes.length, bytes)
const inJson = (spans: string): Buffer =>
  Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`)

const HOSTILE: Hostile[] = [
  { name: 'a bomb', form: 'json', gzip: true, body: (size) => Buffer.alloc(10 * size, ' '), status: 413 },
  { name: 'a bomb', form: 'protobuf', gzip: true, body: (size) => Buffer.alloc(10 * size), status: 413 },
  { name: 'a gzip in a gzip', form: 'json', gzip: true, body: () => gzipSync('{}'), status: 400 },
  { name: 'brackets', form: 'json', body: (size) => Buffer.from(`{"x":${'['.repeat(size)}`), status: 400 },
  {
    name: 'numbers',
    form: 'json',
    body: (size) => Buffer.from(`{"x":[${'0,'.repeat(size / 2)}0]}`),
    status: 400,
  },
  { name: 'one number', form: 'json', body: (size) => Buffer.from(`{"x":${'9'.repeat(size)}}`), status: 400 },
  {
    name: 'one string',
    form: 'json',
    body: (size) => inJson(`{"name":"${'\\u0041'.repeat(size / 6)}"}`),
    status: 200,
  },
  { name: 'one key', form: 'json', body: (size) => Buffer.from(`{"${'k'.repeat(size)}":1}`), status: 200 },
  { name: 'empty spans', form: 'json', body: (size) => inJson(`${'{},'.repeat(size / 3)}{}`), status: 200 },
  {
    name: 'empty spans',
    form: 'protobuf',
    body: (size) => inSpans(repeat(Buffer.from([0x12, 0]), size)),
    status: 200,
  },
  {
    name: 'empty resources',
    form: 'protobuf',
    body: (size) => repeat(Buffer.from([0x0a, 0]), size),
    status: 200,
  },
  {
    name: 'unknown fields',
    form: 'protobuf',
    body: (size) => repeat(Buffer.from([0x78, 1]), size),
    status: 200,
  },
  {
    name: 'attributes of one span',
    form: 'protobuf',
    body: (size) => inSpans(encodeBytes(2, repeat(encodeBytes(9, encodeBytes(1, Buffer.from('k'))), size))),
    status: 400,
  },
  {
    name: 'a length of 2^31',
    form: 'protobuf',
    body: () => Buffer.concat([Buffer.from([0x0a]), encodeVarint(2 ** 31)]),
    status: 400,
  },
  { name: 'nothing but ones', form: 'protobuf', body: (size) => Buffer.alloc(size, 0xff), status: 400 },
  {
    name: '__proto__ everywhere',
    form: 'json',
    body: () =>
      inJson(`{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"traceId":"${'ab'.repeat(16)}",
        "spanId":"${'cd'.repeat(8)}","kind":2,"attributes":[{"key":"__proto__","value":{"kvlistValue":{"values":
        [{"key":"polluted","value":{"intValue":1}}]}}}]}`),
    status: 200,
  },
]

/** Whether the host still does what it is there for. */
async function expectUnharmed(host: OtlpHost): Promise<void> {
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  const reader = await host.feed('?level=trace')
  await reader.until('snapshot')
  await host.export('logs', toLogs([{ body: 'still here' }]))
  await reader.until('log', (lines) => lines.some(({ message }) => message === 'still here'))
  expect(reader.events.map(({ event }) => event)).not.toContain('gap')
  reader.close()
}

describe('a hostile body', () => {
  it.each(HOSTILE)(
    'of $name, as $form, are answered $status and harms nobody',
    { timeout: 60_000 },
    async (hostile) => {
      const { form, gzip, status, signal = 'traces' } = hostile
      const host = await startOtlpHost()
      const body = gzip ? gzipSync(hostile.body(SIZE)) : hostile.body(SIZE)
      const answer = await postBytes(host.base, signal, body, {
        form,
        headers: gzip ? { 'content-encoding': 'gzip' } : {},
      })
      expect(answer.status).toBe(status)
      await expectUnharmed(host)
    },
  )

  it.each(FORMS)(
    'that is cut off anywhere is refused, and nothing of it is recorded: %s',
    { timeout: 60_000 },
    async (form) => {
      const host = await startOtlpHost()
      const request = toTraces([
        { id: 'a', kind: 2, attributes: { 'http.request.method': 'GET' } },
        { id: 'b', kind: 2 },
      ])
      const whole = form === 'json' ? Buffer.from(JSON.stringify(request)) : toProtobuf('traces', request)
      for (let length = form === 'json' ? 0 : 1; length < whole.length; length += 7) {
        const { status } = await postBytes(host.base, 'traces', whole.subarray(0, length), { form })
        expect([length, status]).toEqual([length, 400])
      }
      expect(host.all).toEqual([])
      await expectUnharmed(host)
    },
  )

  it('leaves no memory behind, however often it comes', { timeout: 60_000 }, async () => {
    const { url } = await startHost({ plugin: { http: false, log: false } })
    const bodies = HOSTILE.filter(({ gzip }) => gzip !== true).map(({ form, body }) => ({
      form,
      bytes: body(MEBIBYTE / 16),
    }))
    await expectSettledMemory(MEBIBYTE / 2, async () => {
      for (const { form, bytes } of bodies) await postBytes(`${url}/ops`, 'traces', bytes, { form })
    })
  })
})

/** Rounds until code is compiled and pools are filled; rounds that must not add up; rounds more for what is freed late. */
const ROUNDS = { first: 3, counted: 3, more: 8 }

/**
 * Expects that rounds of work leave nothing behind. One look at the memory says little: sockets, pools and compiled code
 * come and go by megabytes. What leaks, though, is there after each further round, so the least of them counts.
 */
async function expectSettledMemory(tolerance: number, work: () => Promise<void>): Promise<void> {
  const round = async (): Promise<number> => {
    await work()
    // Buffers are let go of by callbacks that run after a collection.
    await nextTurn()
    collectGarbage()
    await nextTurn()
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  let before = Infinity
  for (let i = 0; i < ROUNDS.first; i++) before = Math.min(before, await round())
  let least = Infinity
  for (let i = 0; i < ROUNDS.counted + ROUNDS.more; i++) {
    const used = await round()
    if (i >= ROUNDS.counted) least = Math.min(least, used - before)
    if (least < tolerance) break
  }
  expect(least).toBeLessThan(tolerance)
}

describe('what is remembered of spans', () => {
  const chat = toAttributes({ 'gen_ai.operation.name': 'chat' })
  let next = 1
  const id = (length: number): string => (next++).toString(16).padStart(length, '0')
  let last = id(16)

  it.each([
    ['of traces of their own', () => ({ traceId: id(32), spanId: id(16), attributes: chat })],
    [
      'in one long chain',
      () => ({ traceId: '1'.repeat(32), parentSpanId: last, spanId: (last = id(16)), attributes: chat }),
    ],
    ['below one parent', () => ({ traceId: '2'.repeat(32), parentSpanId: '3'.repeat(16), spanId: id(16) })],
    [
      'below parents that never come',
      () => ({ traceId: '4'.repeat(32), parentSpanId: id(16), spanId: id(16) }),
    ],
  ] as [string, () => object][])('is bounded: spans %s', { timeout: 60_000 }, async (_name, makeSpan) => {
    const { url } = await startHost({ plugin: { http: false, log: false } })
    const send = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const body = toTraces(Array.from({ length: 10_000 }, makeSpan))
        expect((await post(`${url}/ops`, 'traces', body)).status).toBe(200)
      }
    }
    // More than is remembered at most.
    await send(4)
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    await send(2)
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * MEBIBYTE)
  })
})

describe('a large body', () => {
  it.each(FORMS)('leaves others their turns: %s', { timeout: 60_000 }, async (form) => {
    const host = await startOtlpHost()
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.input.messages': 'x'.repeat(500),
    }
    const spans = Array.from({ length: 10_000 }, (_, i) => ({
      id: String(i),
      trace: String(i >> 3),
      attributes,
    }))
    let isDone = false
    let turns = 0
    const turn = (): void => {
      turns++
      if (!isDone) setTimeout(turn)
    }
    turn()
    await host.export('traces', toTraces(spans), { form })
    isDone = true
    // At most 10 ms each, so that it takes dozens; were it one turn, there would be a few.
    expect(turns).toBeGreaterThan(20)
    expect(host.of('call.start')).toHaveLength(10_000)
  })
})

describe('more bodies than can be held', () => {
  it('are answered 503, to be sent again, and the others are recorded', { timeout: 60_000 }, async () => {
    const host = await startOtlpHost()
    const unknown = repeat(Buffer.from([0x78, 1]), LARGEST)
    const bodies = Array.from({ length: 6 }, (_, i) =>
      Buffer.concat([unknown, toProtobuf('logs', toLogs([{ body: String(i) }]))]),
    )
    const answers = await Promise.all(bodies.map((body) => postBytes(host.base, 'logs', body)))
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    for (const { headers } of refused) expect(headers['retry-after']).toBe('1')
    const taken = answers.flatMap(({ status }, i) => (status === 200 ? [String(i)] : []))
    expect(taken.length).toBe(6 - refused.length)
    expect(
      host
        .of('log')
        .map(({ message }) => message)
        .sort(),
    ).toEqual(taken)
    await expectUnharmed(host)
  })
})

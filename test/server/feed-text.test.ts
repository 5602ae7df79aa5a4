import { EventSource } from 'eventsource'
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Delta } from '../../src/bus/messages.js'
import { LEVELS } from '../../src/bus/protocol.js'
import { createOps, type Ops } from '../../src/index.js'
import opswire from '../../src/server/fastify.js'
import { createRandom, type Random } from '../helpers/random.js'

/** What would forge an event, end a field early, or drive a terminal. */
const HOSTILE = [
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\nevent: bye\ndata: {}\n\n',
  'id: 1\n',
  ': ',
  '\u0000',
  '\ufeff',
]
const TERMINAL = [
  '\u001b[2J',
  '\u009b31m',
  '\u0085',
  '\u007f',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u061c',
]
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

const fragment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(...HOSTILE, ...TERMINAL, '__proto__', '"', '\\', 'é', '行', '🙂'),
  // Single UTF-16 units: half surrogates among them.
  fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
)
const text = fc.array(fragment, { maxLength: 8 }).map((parts) => parts.join(''))
/** Not cut by the bound on names. */
const name = text.map((value) => value.slice(0, 200))

type Publish = (ops: Ops) => void
const publication: fc.Arbitrary<Publish> = fc.oneof(
  fc
    .record({
      level: fc.constantFrom(...LEVELS),
      source: name,
      message: text,
      fields: fc.dictionary(
        name,
        fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.double(), fc.boolean()),
      ),
      session: fc.option(name, { nil: undefined }),
    })
    .map(({ level, source, message, fields, session }) => (ops: Ops) => {
      ops.log(level, source, message, fields, { session })
    }),
  fc.tuple(name, fc.constantFrom('connected' as const, 'error' as const), name).map(
    ([channel, state, detail]) =>
      (ops: Ops) =>
        ops.setChannel(channel, { kind: detail, state, detail }),
  ),
  fc
    .record({ kind: name, name, session: name, channel: name, error: text })
    .map(({ error, ...options }) => (ops: Ops) => {
      ops.startRequest(options).fail(error)
    }),
  fc
    .record({ provider: name, model: name, operation: name, session: name, error: text })
    .map(({ error, ...options }) => (ops: Ops) => {
      const call = ops.startCall(options)
      call.progress({ outputTokens: 1 })
      call.fail(new Error(error), { finishReason: error.slice(0, 200) })
    }),
)

/** A body of the same bytes, cut anew at random. */
function recut(random: Random): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length;) {
        const size = random.pick([1, 2, 3, 7, 50, 1000, 100_000])
        controller.enqueue(chunk.slice(at, at + size))
        at += size
      }
    },
  })
}

/** One item as it was published or read: its topic, and its JSON. */
type Item = readonly [topic: string, json: string]

describe('any text in any field', () => {
  const random = createRandom(1)
  const published: Item[] = []
  /** Without the lines that the default view leaves out. */
  const publishedByDefault: Item[] = []
  const deltas: Delta[] = []
  const parsed: Item[] = []
  const received: Item[] = []
  const strangers: string[] = []
  let wire = ''
  let app: FastifyInstance
  let ops: Ops
  let source: EventSource
  const abort = new AbortController()

  const note = (items: Item[], topic: string, data: string): void => {
    for (const item of JSON.parse(data) as unknown[]) items.push([topic, JSON.stringify(item)])
  }

  beforeAll(async () => {
    ops = createOps({ service: 'host', instance: 'i1', limits: { channels: 100_000 } })
    app = Fastify()
    await app.register(opswire, { ops, http: false, log: false })
    const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/ops/events`
    ops.bus.subscribe('delta', (delta) => {
      deltas.push(delta)
      const item: Item = [delta.topic, JSON.stringify(delta.item)]
      published.push(item)
      if (delta.topic !== 'log' || !['trace', 'debug'].includes(delta.item.level))
        publishedByDefault.push(item)
    })

    // One reader cuts the bytes itself and gives them to eventsource-parser …
    const parser = createParser({
      onEvent({ event = '', data }) {
        if (['log', 'request', 'call', 'channel'].includes(event)) note(parsed, event, data)
        else if (event !== 'hello' && event !== 'snapshot') strangers.push(event)
      },
      onError: (error) => strangers.push(error.message),
    })
    const response = await fetch(`${url}?level=trace&batch=0`, { signal: abort.signal })
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    const body = response.body!.pipeThrough(recut(random))
    void (async () => {
      for await (const chunk of body) {
        const part = decoder.decode(chunk, { stream: true })
        wire += part
        parser.feed(part)
      }
    })().catch(() => undefined)

    // … the other is the eventsource client, with the compressed default view, cut on its way to it.
    source = new EventSource(url, {
      fetch: async (input, init) => {
        const { status, headers, body } = await fetch(input, init)
        return new Response(body!.pipeThrough(recut(random)), { status, headers })
      },
    })
    source.onmessage = ({ data }) => strangers.push(String(data))
    for (const stranger of ['bye', 'gap']) source.addEventListener(stranger, () => strangers.push(stranger))
    for (const topic of ['log', 'request', 'call', 'channel']) {
      source.addEventListener(topic, ({ data }) => note(received, topic, data as string))
    }
    await new Promise((resolve) => source.addEventListener('snapshot', resolve, { once: true }))
    await vi.waitUntil(() => wire.includes('event: snapshot'))
  })

  afterAll(async () => {
    source.close()
    abort.abort()
    await app.close()
    ops.close()
  })

  it('is read by two independent parsers exactly as it was published, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(publication, { minLength: 1, maxLength: 30 }), async (publications) => {
        const [from, fromByDefault] = [published.length, publishedByDefault.length]
        for (const publish of publications) publish(ops)
        await expect
          .poll(() => [parsed.length, received.length], { interval: 1, timeout: 5000 })
          .toEqual([published.length, publishedByDefault.length])
        expect(parsed.slice(from)).toEqual(published.slice(from))
        expect(received.slice(fromByDefault)).toEqual(publishedByDefault.slice(fromByDefault))
        expect(strangers).toEqual([])
      }),
      { numRuns: 60 },
    )
    expect(published.length).toBeGreaterThan(500)
  }, 20_000)

  it('stays what the host said: nothing on its way to the feed changes it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ source: name, message: text, key: name, value: text, session: name, channel: name }),
        async ({ source, message, key, value, session, channel }) => {
          const from = deltas.length
          ops.log('info', source, message, { [key]: value }, { session })
          ops.startCall({ provider: source, model: key, session }).end()
          ops.startRequest({ name: channel, channel, session }).end()
          await expect
            .poll(() => parsed.length, { interval: 1, timeout: 5000 })
            .toBeGreaterThanOrEqual(published.length)
          const items = parsed.slice(from).map(([, json]) => JSON.parse(json))
          expect(items).toHaveLength(5)
          expect(items[0]).toMatchObject({ source, message, session })
          expect(Object.entries(items[0].fields)).toEqual([[key, value]])
          expect(items[1]).toMatchObject({ phase: 'start', provider: source, model: key, session })
          expect(items[3]).toMatchObject({ phase: 'start', name: channel, channel, session })
        },
      ),
      { numRuns: 150 },
    )
  }, 20_000)

  it('leaves no character on the wire that could drive a terminal', async () => {
    const count = (): number => wire.split('event: snapshot').length
    const before = count()
    // Names stand in the metrics too.
    ops.counter(HOSTILE.join('') + TERMINAL.join('')).add()
    ops.bus.publish('tick', { time: Date.now(), metrics: ops.metrics() })
    await expect.poll(count).toBe(before + 1)
    expect(wire.length).toBeGreaterThan(100_000)
    expect(UNSAFE.exec(wire)?.[0]).toBe(undefined)
  })
})

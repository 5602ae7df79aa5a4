import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { BusEvents, Messages } from '../../src/bus/messages.js'
import { createOps } from '../../src/index.js'
import { buildApp } from '../../src/server/app.js'
import opswire from '../../src/server/fastify.js'
import { startHost, type Host } from '../helpers/host.js'
import { ingest, ndjson, toLines, type IngestAnswer } from '../helpers/ingest.js'
import { send } from '../helpers/send.js'

const quiet = { plugin: { http: false, log: false } } as const

/** Posts to a host of its own. */
async function start(): Promise<Host & { post: (body: unknown, headers?: object) => Promise<IngestAnswer> }> {
  const host = await startHost(quiet)
  return { ...host, post: (body, headers) => ingest(`${host.url}/ops`, body, headers as never) }
}

const items = async (host: Host, path: string): Promise<Record<string, unknown>[]> =>
  (await (await fetch(`${host.url}/ops/api/${path}`)).json()).items

describe('a message', () => {
  it('of each type shows on the feed and in the JSON routes', async () => {
    const host = await start()
    const reader = await host.feed()
    await reader.until('snapshot')
    const messages = [
      {
        type: 'log',
        level: 'warn',
        source: 'deploy',
        message: 'half way',
        session: 's1',
        fields: { step: 2 },
      },
      { type: 'request.start', id: 'r1', kind: 'message', name: 'chat', session: 's1', channel: 'telegram' },
      { type: 'request.update', id: 'r1', step: { kind: 'tool', name: 'search' } },
      { type: 'call.start', id: 'c1', requestId: 'r1', provider: 'openai', model: 'gpt-5', streaming: true },
      { type: 'call.progress', id: 'c1', outputTokens: 12 },
      { type: 'call.end', id: 'c1', inputTokens: 210, outputTokens: 64, finishReason: 'stop' },
      { type: 'request.end', id: 'r1' },
      { type: 'channel', name: 'telegram', kind: 'telegram', state: 'connected' },
      { type: 'counter', name: 'jobs', add: 3 },
      { type: 'gauge', name: 'temperature', value: -3.5 },
    ]
    for (const message of messages) {
      expect(await host.post(message)).toMatchObject({ status: 200, accepted: 1, rejected: [] })
    }
    await reader.until('channel')
    const seen = reader.events.flatMap(({ event, data }) =>
      Array.isArray(data) ? (data as object[]).map((item) => ({ event, ...item })) : [],
    )
    expect(seen).toMatchObject([
      {
        event: 'log',
        level: 'warn',
        source: 'deploy',
        message: 'half way',
        session: 's1',
        fields: { step: 2 },
      },
      { event: 'request', phase: 'start', id: 'r1', kind: 'message', channel: 'telegram' },
      { event: 'request', phase: 'update', step: { kind: 'tool', name: 'search' } },
      { event: 'call', phase: 'start', id: 'c1', requestId: 'r1', streaming: true, source: 'ingest' },
      { event: 'request', phase: 'update', step: { kind: 'model', name: 'gpt-5' } },
      { event: 'call', phase: 'progress', outputTokens: 12, timeToFirstToken: expect.any(Number) },
      { event: 'call', phase: 'end', state: 'ok', inputTokens: 210, outputTokens: 64, finishReason: 'stop' },
      { event: 'request', phase: 'update' },
      { event: 'request', phase: 'end', state: 'ok' },
      { event: 'channel', name: 'telegram', state: 'connected' },
    ])
    expect(await items(host, 'events')).toMatchObject([{ message: 'half way' }])
    expect(await items(host, 'requests')).toMatchObject([{ id: 'r1', state: 'ok', session: 's1' }])
    expect(await items(host, 'calls')).toMatchObject([{ id: 'c1', state: 'ok', outputTokens: 64 }])
    expect(await items(host, 'channels')).toMatchObject([{ name: 'telegram', state: 'connected' }])
    expect(host.ops.metrics()).toMatchObject({
      counters: { jobs: 3, messagesProcessed: 1, calls: 1, ingested: 10 },
      gauges: { temperature: -3.5 },
    })
    expect(host.ops.metrics().counters['ingestRejected']).toBeUndefined()
  })

  /** What a message with all its fields becomes on the bus. */
  const whole: [input: object, type: keyof Messages, message: object][] = [
    [
      {
        type: 'log',
        message: 'm',
        level: 'fatal',
        source: 's',
        time: 1_767_225_600_000,
        ...{ instance: 'w1', requestId: 'r', callId: 'c', session: 's1', fields: { a: [1, null] } },
      },
      'log',
      {
        ...{ message: 'm', level: 'fatal', source: 's', time: 1_767_225_600_000, instance: 'w1' },
        ...{ requestId: 'r', callId: 'c', session: 's1', fields: { a: [1, null] } },
      },
    ],
    [{ type: 'log', message: '' }, 'log', { level: 'info', source: 'ingest', message: '' }],
    [
      {
        type: 'request.start',
        id: 'r',
        activity: 'queued',
        startedAt: '2026-01-01T00:00:00Z',
        instance: 'w1',
      },
      'request.start',
      { id: 'r', kind: 'request', activity: 'queued', startedAt: 1_767_225_600_000, instance: 'w1' },
    ],
    [
      {
        type: 'request.update',
        id: 'r',
        name: 'n',
        session: 's',
        channel: 'c',
        activity: 'working',
        step: null,
      },
      'request.update',
      { id: 'r', name: 'n', session: 's', channel: 'c', activity: 'working', step: null },
    ],
    [
      { type: 'request.end', id: 'r', duration: 12.5, endedAt: 1_767_225_600_000, logged: true, error: 'no' },
      'request.end',
      { id: 'r', state: 'error', error: 'no', duration: 12.5, endedAt: 1_767_225_600_000, logged: true },
    ],
    [
      { type: 'request.end', id: 'r', state: 'cancelled', error: 'left' },
      'request.end',
      { id: 'r', state: 'cancelled', error: 'left' },
    ],
    [
      {
        type: 'call.start',
        id: 'c',
        provider: 'p',
        model: 'm',
        session: 's',
        operation: 'embed',
        source: 'py',
      },
      'call.start',
      { id: 'c', provider: 'p', model: 'm', session: 's', operation: 'embed', source: 'py' },
    ],
    [
      {
        type: 'call.progress',
        id: 'c',
        outputTokens: 3,
        estimated: true,
        timeToFirstToken: 80,
        instance: 'w',
      },
      'call.progress',
      { id: 'c', outputTokens: 3, estimated: true, timeToFirstToken: 80, instance: 'w' },
    ],
    [
      {
        ...{
          type: 'call.end',
          id: 'c',
          inputTokens: 1,
          outputTokens: 2,
          cachedTokens: 3,
          reasoningTokens: 4,
        },
        ...{
          timeToFirstToken: 5,
          finishReason: 'stop',
          httpStatus: 429,
          errorType: 'rate_limit',
          model: 'm2',
        },
        ...{ streaming: true, endedAt: 1_767_225_600_000, duration: 6, logged: false, instance: 'w' },
      },
      'call.end',
      {
        ...{ id: 'c', state: 'error', inputTokens: 1, outputTokens: 2, cachedTokens: 3, reasoningTokens: 4 },
        ...{
          timeToFirstToken: 5,
          finishReason: 'stop',
          httpStatus: 429,
          errorType: 'rate_limit',
          model: 'm2',
        },
        ...{ streaming: true, endedAt: 1_767_225_600_000, duration: 6, logged: false, instance: 'w' },
      },
    ],
    [
      { type: 'channel', name: 'web', state: 'error', detail: 'no route', instance: 'w' },
      'channel',
      { name: 'web', kind: 'web', state: 'error', detail: 'no route', instance: 'w' },
    ],
    [{ type: 'counter', name: 'n' }, 'counter', { name: 'n', add: 1 }],
    [{ type: 'gauge', name: 'n', value: 0 }, 'gauge', { name: 'n', value: 0 }],
  ]

  it.each(whole)('%o is published with all that it says, and its defaults', async (input, type, message) => {
    const { ops, post } = await start()
    const published: unknown[] = []
    ops.bus.subscribe(type, (each: BusEvents[typeof type]) => published.push(each))
    expect(await post(input)).toMatchObject({ accepted: 1 })
    expect(published[0]).toEqual(message)
  })

  it('may be a record that was read from another feed, as it is', async () => {
    const [from, to] = [await start(), await start()]
    const reader = await from.feed()
    await reader.until('snapshot')
    const request = from.ops.startRequest({ kind: 'message', session: 's1' })
    const call = request.startCall({ provider: 'openai', model: 'gpt-5', streaming: true })
    call.progress({ outputTokens: 12 })
    call.end({ inputTokens: 210, outputTokens: 64, finishReason: 'stop' })
    request.end()
    from.ops.setChannel('telegram', { state: 'connected' })
    from.ops.log('warn', 'queue', 'half way')
    await reader.until('log')
    const messages = reader.events.flatMap(({ event, data }) =>
      Array.isArray(data)
        ? (data as { phase?: string; state?: string }[]).map((item) => ({
            ...item,
            type: item.phase === undefined ? event : `${event}.${item.phase}`,
          }))
        : [],
    )
    expect(messages.map(({ type }) => type)).toContain('call.progress')
    expect(await to.post(messages)).toMatchObject({ accepted: messages.length, rejected: [] })
    // When something was heard of is each host's own to tell, and so is the number of a line.
    const told = (record: object | undefined): object =>
      Object.fromEntries(
        Object.entries(record ?? {}).filter(
          ([name]) => !['seq', 'since', 'progressAt', 'firstTokenAt'].includes(name),
        ),
      )
    for (const path of ['requests', 'calls', 'channels', 'events']) {
      const [[there], [here]] = [await items(from, path), await items(to, path)]
      expect(told(here), path).toEqual(told(there))
      expect(here, path).toBeDefined()
    }
  })

  it('may hold null, or an empty name, for what its sender does not know', async () => {
    const { ops, post } = await start()
    const { rejected } = await post([
      { type: 'log', message: 'm', level: null, time: null, session: '', instance: '', fields: null },
      { type: 'call.start', id: 'c', provider: 'p', model: 'm', requestId: null, streaming: null },
      { type: 'call.end', id: 'c', state: null, outputTokens: null, error: null, httpStatus: null },
    ])
    expect(rejected).toEqual([])
    expect(ops.logLines()).toEqual([
      { seq: 1, time: expect.any(Number), level: 'info', source: 'ingest', message: 'm', instance: 'i1' },
    ])
    expect(ops.calls()).toMatchObject([{ state: 'ok' }])
  })

  it.each([
    ['2026-01-01T00:00:00.000Z'],
    ['2026-01-01T01:00:00+01:00'],
    ['2026-01-01T00:00:00,000000000+00:00'],
    ['2025-12-31T19:00:00-0500'],
    ['2026-01-01 00:00:00.000000+00'],
    ['2026-01-01T00:00Z'],
    [1_767_225_600_000],
    [1_767_225_600_000.25],
  ])('tells its time as %o', async (time) => {
    const { ops, post } = await start()
    await post({ type: 'log', message: 'm', time })
    expect(ops.logLines()[0]?.time).toBe(1_767_225_600_000)
  })

  it('is cut to what a recorder call would keep', async () => {
    const { ops, post } = await start()
    const long = 'x'.repeat(20_000)
    await post([
      { type: 'log', message: long, source: long, session: long, fields: { a: long, b: [[[[[[[1]]]]]]] } },
      { type: 'call.start', id: long, provider: long, model: 'm' },
      { type: 'call.end', id: long, error: long },
      { type: 'channel', name: long, state: 'error', detail: long },
    ])
    const [line] = ops.logLines()
    expect(line?.message).toMatch(/^x{8192}… \(11808 more characters\)$/)
    expect(line?.source).toMatch(/^x{256}… /)
    expect(JSON.stringify(line?.fields)).toContain('[too deep]')
    expect(ops.calls()[0]).toMatchObject({ state: 'error', error: expect.stringMatching(/^x{1000}… /) })
    expect(JSON.stringify([ops.logLines(), ops.calls(), ops.channels()]).length).toBeLessThan(25_000)
  })

  it('about something that is not known is taken, and counted as an anomaly', async () => {
    const { ops, post } = await start()
    expect(await post({ type: 'call.end', id: 'nobody' })).toMatchObject({ accepted: 1, rejected: [] })
    expect(ops.metrics().counters).toMatchObject({ anomalies: 1, ingested: 1 })
  })
})

describe('a batch', () => {
  const BATCH = [
    { type: 'log', message: 'one' },
    { type: 'log', mesage: 'typo' },
    { type: 'log', message: 'two' },
    'nonsense',
    { type: 'log', message: 'three' },
  ]

  it.each([
    ['a JSON array', JSON.stringify(BATCH), {}],
    ['spread out', JSON.stringify(BATCH, undefined, '\t'), {}],
    ['lines', toLines(BATCH), ndjson],
    [
      'lines with carriage returns, blank ones, and none at the end',
      toLines(BATCH).replaceAll('\n', '\r\n \r\n').trim(),
      ndjson,
    ],
    ['lines after a byte order mark', `\uFEFF${toLines(BATCH)}`, ndjson],
    ['an array after a byte order mark', `\uFEFF ${JSON.stringify(BATCH)}\n`, {}],
    ['lines, by another name', toLines(BATCH), { 'content-type': 'application/jsonl' }],
    [
      'lines, by a third name',
      toLines(BATCH),
      { 'content-type': 'Application/NDJSON; charset="UTF-8"; v=1' },
    ],
    ['compressed lines', gzipSync(toLines(BATCH)), { ...ndjson, 'content-encoding': 'gzip' }],
    ['a compressed array', gzipSync(JSON.stringify(BATCH)), { 'content-encoding': 'gzip' }],
  ])('as %s: the good ones are kept, in order, and each bad one is told', async (_name, body, headers) => {
    const { ops, post } = await start()
    expect(await post(body, headers)).toMatchObject({
      status: 200,
      accepted: 3,
      rejected: [
        {
          index: 1,
          code: 'OPS_INVALID',
          message:
            'Unknown field "mesage"; accepted are type, messageId, message, level, source, time, instance, ' +
            'requestId, callId, session, fields.',
        },
        { index: 3, code: 'OPS_INVALID', message: 'A message is an object with a type, not "nonsense".' },
      ],
    })
    expect(ops.logLines().map(({ message }) => message)).toEqual(['one', 'two', 'three'])
    expect(ops.metrics().counters).toMatchObject({ ingested: 3, ingestRejected: 2 })
  })

  it('of 10,000 with a bad one in the middle keeps its order', async () => {
    const host = await startHost({
      plugin: { http: false, log: false },
      ops: { limits: { logLines: 10_000 } },
    })
    const lines = Array.from({ length: 10_000 }, (_, n) => JSON.stringify({ type: 'log', message: `n${n}` }))
    lines[5000] = '{"type":'
    const answer = await ingest(`${host.url}/ops`, lines.join('\n'), ndjson)
    expect(answer).toMatchObject({ accepted: 9999, rejected: [{ index: 5000, code: 'OPS_JSON' }] })
    const kept = host.ops.logLines().map(({ message }) => Number(message.slice(1)))
    expect(kept).toEqual(Array.from({ length: 10_000 }, (_, n) => n).filter((n) => n !== 5000))
  })

  it('tells the first 100 of many rejections, and how many there were', async () => {
    const { post } = await start()
    const { accepted, rejected, rejectedCount } = await post(toLines(Array(250).fill(0)), ndjson)
    expect([accepted, rejected?.length, rejected?.at(-1)?.index, rejectedCount]).toEqual([0, 100, 99, 250])
  })

  it('may be empty, as one that was never filled', async () => {
    const { post } = await start()
    expect(await post(' [ ] ')).toMatchObject({ status: 200, accepted: 0, rejected: [] })
  })
})

describe('a message that is wrong', () => {
  it.each([
    [{}, 'The field type is missing; it takes one of log, request.start, '],
    [{ type: 'lgo' }, 'The field type does not accept "lgo"; it takes one of log, request.start, '],
    [{ type: 'toString' }, 'The field type does not accept "toString"; '],
    [{ type: ['log'] }, 'The field type does not accept ["log"]; '],
    [{ type: 'log' }, 'The field message is missing; it takes a text.'],
    [{ type: 'log', message: 5 }, 'The field message does not accept 5; it takes a text.'],
    [
      { type: 'log', message: 'm', level: 'warning' },
      'The field level does not accept "warning"; it takes one of trace, debug, info, warn, error, fatal.',
    ],
    [
      { type: 'log', message: 'm', time: 1_767_225_600 },
      'The field time does not accept 1767225600; it takes epoch milliseconds such as 1767225600000, or a time with its zone',
    ],
    [
      { type: 'log', message: 'm', time: 1.7672256e18 },
      'The field time does not accept 1767225600000000000; ',
    ],
    [
      { type: 'log', message: 'm', time: '2026-01-01T00:00:00' },
      'The field time does not accept "2026-01-01T00:00:00"; ',
    ],
    [{ type: 'log', message: 'm', time: '2026-13-01T00:00:00Z' }, 'The field time does not accept '],
    [{ type: 'log', message: 'm', fields: [1] }, 'The field fields does not accept [1]; it takes an object.'],
    [
      { type: 'call.start', id: 'c', model: 'm' },
      'The field provider is missing; it takes a text of at least one character.',
    ],
    [{ type: 'call.start', id: '', provider: 'p', model: 'm' }, 'The field id does not accept ""; '],
    [{ type: 'call.start', id: 7, provider: 'p', model: 'm' }, 'The field id does not accept 7; '],
    [
      { type: 'call.end', id: 'c', outputTokens: '64' },
      'The field outputTokens does not accept "64"; it takes a number from 0.',
    ],
    [
      { type: 'call.end', id: 'c', duration: -1 },
      'The field duration does not accept -1; it takes milliseconds, a number from 0.',
    ],
    [
      { type: 'call.end', id: 'c', state: 'stale' },
      'The field state does not accept "stale"; it takes one of ok, error, cancelled.',
    ],
    [{ type: 'call.end', id: 'c', httpStatus: 0 }, 'The field httpStatus does not accept 0; '],
    [
      { type: 'request.update', id: 'r', step: { kind: 'tool' } },
      'The field step does not accept {"kind":"tool"}; it takes an object such as ',
    ],
    [
      { type: 'request.update', id: 'r', activity: 'stuck' },
      'The field activity does not accept "stuck"; it takes queued or working.',
    ],
    [
      { type: 'channel', name: 'c', state: 'up' },
      'The field state does not accept "up"; it takes one of connected, ',
    ],
    [{ type: 'counter', name: 'c', add: -1 }, 'The field add does not accept -1; '],
    [{ type: 'gauge', name: 'g', value: '3' }, 'The field value does not accept "3"; it takes a number.'],
    [
      { type: 'gauge', name: 'g', value: 3, instance: 'w' },
      'Unknown field "instance"; accepted are type, messageId, name, value.',
    ],
    [{ type: 'log', message: 'm', messageId: 'x'.repeat(129) }, 'The field messageId does not accept "xxx'],
    [['log'], 'A message is an object with a type, not ["log"].'],
    [null, 'A message is an object with a type, not null.'],
  ])('%o is told what is accepted', async (message, sentence) => {
    const { ops, post } = await start()
    const { status, accepted, rejected } = await post([message])
    expect([status, accepted, rejected?.length]).toEqual([200, 0, 1])
    expect(rejected![0]).toMatchObject({ index: 0, code: 'OPS_INVALID' })
    expect(rejected![0]!.message).toContain(sentence)
    expect(ops.position).toBe(0)
  })
})

describe('a messageId', () => {
  it('that comes again is counted once, and accepted', async () => {
    const { ops, post } = await start()
    const batch = [
      { type: 'counter', name: 'jobs', messageId: 'a' },
      { type: 'log', message: 'once', messageId: 'b' },
      { type: 'log', message: 'other', messageId: 'b', instance: 'w2' },
      { type: 'log', mesage: 'wrong', messageId: 'c' },
    ]
    for (let i = 0; i < 5; i++) {
      const body = i % 2 === 0 ? JSON.stringify(batch) : toLines(batch)
      expect(await post(body, i % 2 === 0 ? {} : ndjson)).toMatchObject({
        accepted: 3,
        rejected: [{ index: 3 }],
      })
    }
    expect(await post({ type: 'log', message: 'right now', messageId: 'c' })).toMatchObject({ accepted: 1 })
    expect(ops.metrics().counters).toMatchObject({ jobs: 1, ingested: 4 })
    expect(ops.logLines().map(({ message }) => message)).toEqual(['once', 'other', 'right now'])
  })
})

describe('the route', () => {
  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const { url } = await startHost()
    const { status, headers, body } = await send(`${url}/ops/api/ingest`, { method })
    expect([status, headers.allow]).toEqual([405, 'POST'])
    if (method !== 'HEAD') expect(body).toContain(`"${method} is not accepted here; POST is."`)
  })

  it('takes no parameters', async () => {
    const { url } = await startHost()
    const { status, body } = await send(`${url}/ops/api/ingest?x=1`, { method: 'POST' }, '[]')
    expect([status, body]).toEqual([400, expect.stringContaining('Unknown parameter \\"x\\"') as string])
  })

  it('can be left out', async () => {
    const { url } = await startHost({ plugin: { ingest: false } })
    expect((await ingest(`${url}/ops`, [])).status).toBe(404)
  })

  it('leaves the host’s own bodies alone, and is none of its requests', async () => {
    const host = await startHost({
      fastify: { bodyLimit: 200 },
      routes: (app) => {
        app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_request, body, done) =>
          done(null, `host: ${String(body)}`),
        )
        app.post('/x', ({ body }) => ({ body }))
      },
    })
    const post = (path: string, type: string, body: string) =>
      send(`${host.url}${path}`, { method: 'POST', headers: { 'content-type': type } }, body)
    expect((await post('/x', 'application/json', '{"a":1}')).body).toBe('{"body":{"a":1}}')
    expect((await post('/x', 'application/x-ndjson', 'x')).body).toBe('{"body":"host: x"}')
    expect((await post('/x', 'application/json', `["${'x'.repeat(300)}"]`)).status).toBe(413)
    const long = toLines([{ type: 'log', message: 'x'.repeat(300) }])
    expect(await ingest(`${host.url}/ops`, long, ndjson)).toMatchObject({ accepted: 1 })
    await expect
      .poll(() => host.ops.requests().map(({ name }) => name))
      .toEqual(['POST /x', 'POST /x', 'POST /x'])
  })

  it('works below every mount of a host, and standalone', async () => {
    const { ops, url } = await startHost({
      plugin: { log: false },
      routes: (host, ops) => void host.register(opswire, { ops, prefix: '/second' }),
    })
    for (const prefix of ['/ops', '/second']) {
      expect(await ingest(`${url}${prefix}`, { type: 'log', message: prefix })).toMatchObject({ accepted: 1 })
    }
    expect(ops.logLines().map(({ message }) => message)).toEqual(expect.arrayContaining(['/ops', '/second']))
    const own = createOps()
    const standalone = await buildApp(own)
    onTestFinished(() => standalone.close())
    const address = await standalone.listen({ port: 0, host: '127.0.0.1' })
    expect(await ingest(address, { type: 'log', message: 'hello' })).toMatchObject({ accepted: 1 })
    expect(own.requests()).toEqual([])
  })
})

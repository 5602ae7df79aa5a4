import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../src/index.js'
import { otlpIntakeOf } from '../../src/server/otlp/intake.js'
import { noteMessages } from '../helpers/bus-notes.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { spanId, toTraces, traceId, toNano, toAttributes, type SpanOptions } from '../helpers/otlp.js'
import { startOtlpHost, type OtlpHost } from '../helpers/otlp-host.js'

const call = (id: string, options: Partial<SpanOptions> = {}): SpanOptions => ({
  id,
  ...options,
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    ...options.attributes,
  },
})
const server = (id: string, options: Partial<SpanOptions> = {}): SpanOptions => ({
  id,
  kind: 2,
  name: 'POST /chat',
  ...options,
  attributes: { 'http.request.method': 'POST', 'http.route': '/chat', ...options.attributes },
})
const agent = (id: string, options: Partial<SpanOptions> = {}): SpanOptions => ({
  id,
  name: 'invoke_agent helper',
  ...options,
  attributes: {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'helper',
    ...options.attributes,
  },
})
const tool = (id: string, options: Partial<SpanOptions> = {}): SpanOptions => ({
  id,
  name: 'execute_tool search',
  ...options,
  attributes: {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'search',
    ...options.attributes,
  },
})

/** Exports each list of spans as a body of its own, in this order. */
async function exportAll(host: OtlpHost, ...batches: (SpanOptions | object)[][]): Promise<void> {
  for (const batch of batches) await host.export('traces', toTraces(batch))
}
const callIds = (host: OtlpHost): string[] => host.of('call.start').map(({ id }) => id)

describe('one call that several spans tell of', () => {
  // LangChain over an instrumented OpenAI client.
  const outer = call('outer', { end: 120, attributes: { 'gen_ai.usage.output_tokens': 5 } })
  const inner = call('inner', {
    parent: 'outer',
    start: 10,
    end: 110,
    attributes: { 'gen_ai.usage.output_tokens': 5 },
  })

  it.each([
    ['in one body', [[inner, outer]]],
    ['in one body, the outer one first', [[outer, inner]]],
    ['the inner one first, in a body of its own', [[inner], [outer]]],
  ])('is counted once, as the inner one: %s', async (_name, batches) => {
    const host = await startOtlpHost()
    await exportAll(host, ...batches)
    expect(callIds(host)).toEqual([spanId('inner')])
    expect(host.ops.metrics().counters['calls']).toBe(1)
  })

  it('is counted once when the outer one was shown before', async () => {
    const host = await startOtlpHost()
    const epoch = Date.now() - 10_000
    await exportAll(host, [{ ...outer, epoch }], [{ ...inner, epoch }])
    expect(callIds(host)).toEqual([spanId('outer')])
  })

  it('is counted once when the outer one was shown while it ran', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [{ ...outer, end: null }], [inner], [outer])
    expect(host.calls()).toMatchObject([{ id: spanId('outer'), state: 'ok', outputTokens: 5 }])
  })

  it('is counted once across spans that come between, of which some are not known yet', async () => {
    const host = await startOtlpHost()
    await exportAll(
      host,
      [call('inner', { parent: 'middle2' })],
      [{ id: 'middle1', parent: 'outer' }],
      [{ id: 'middle2', parent: 'middle1' }],
      [outer],
    )
    expect(callIds(host)).toEqual([spanId('inner')])
  })

  it('is counted once though one names the version that answered', async () => {
    const host = await startOtlpHost()
    const versioned = { 'gen_ai.request.model': 'openai/gpt-4o-2024-08-06' }
    await exportAll(host, [inner, call('outer', { attributes: versioned })])
    expect(callIds(host)).toEqual([spanId('inner')])
  })

  it('has the tokens of the outer one when the inner one has none', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [call('inner', { parent: 'outer' })], [outer])
    expect(host.of('call.amend')).toMatchObject([{ id: spanId('inner'), instance: 'e1', outputTokens: 5 }])
  })

  it('is two calls when their models differ', async () => {
    const host = await startOtlpHost()
    const other = { 'gen_ai.request.model': 'gpt-4o-mini' }
    await exportAll(host, [call('inner', { parent: 'outer', attributes: other }), outer])
    expect(callIds(host).sort()).toEqual([spanId('inner'), spanId('outer')].sort())
  })

  it('is two calls when the inner one began after the outer one had ended', async () => {
    const host = await startOtlpHost()
    const epoch = Date.now() - 1000
    await exportAll(host, [
      call('first', { epoch, start: 0, end: 100 }),
      call('second', { epoch, parent: 'first', start: 200, end: 300 }),
    ])
    expect(callIds(host)).toHaveLength(2)
  })

  it('does not end an agent’s sum twice: its own usage counts for nothing', async () => {
    const host = await startOtlpHost()
    const usage = { 'gen_ai.usage.output_tokens': 5, 'gen_ai.request.model': 'gpt-4o' }
    await exportAll(host, [
      call('inner', { parent: 'agent', attributes: usage }),
      agent('agent', { attributes: usage }),
    ])
    expect(host.ops.metrics().calls['1m']).toMatchObject({ total: 1, outputTokens: 5 })
  })
})

describe('usage on a span of its own', () => {
  const usage: SpanOptions = {
    id: 'usage',
    name: 'openclaw.model.usage',
    parent: 'root',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'openclaw.provider': 'openai',
      'openclaw.model': 'gpt-5',
      'openclaw.tokens.input': 30,
      'openclaw.tokens.output': 7,
      'openclaw.tokens.cache_read': 0,
    },
  }
  const made: SpanOptions = {
    id: 'made',
    name: 'openclaw.model.call',
    parent: 'root',
    attributes: { 'openclaw.provider': 'openai', 'openclaw.model': 'gpt-5' },
  }

  it('is joined with its call in one body', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [usage, made])
    expect(joined(host)).toEqual([{ id: spanId('made'), inputTokens: 30, outputTokens: 7 }])
  })

  it('is joined with a call that comes later', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [usage], [made])
    expect(joined(host)).toEqual([{ id: spanId('made'), inputTokens: 30, outputTokens: 7 }])
    expect(host.of('call.amend')).toEqual([])
  })

  it('is joined with a call that came before', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [made], [usage])
    expect(joined(host)).toEqual([{ id: spanId('made'), inputTokens: 30, outputTokens: 7 }])
    expect(host.of('call.amend')).toHaveLength(1)
  })

  it('is joined with one call only, and each call with one', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [made], [usage], [{ ...usage, id: 'usage2' }])
    expect(host.of('call.amend')).toHaveLength(1)
    await exportAll(host, [{ ...made, id: 'next' }])
    expect(joined(host)).toMatchObject([{ outputTokens: 7 }, { id: spanId('next'), outputTokens: 7 }])
  })

  it('is joined once, and with no call of another trace or model, nor with one that knows its own', async () => {
    const host = await startOtlpHost()
    const own = { ...made, id: 'own', attributes: { ...made.attributes, 'gen_ai.usage.output_tokens': 1 } }
    const other = { ...made, id: 'other', attributes: { 'openclaw.model': 'claude' } }
    await exportAll(host, [own, other, { ...made, id: 'apart', trace: 'another' }], [usage])
    expect(host.of('call.amend')).toEqual([])
    await exportAll(host, [made], [{ ...made, id: 'again' }])
    expect(joined(host).filter((call) => 'outputTokens' in call && call.outputTokens === 7)).toHaveLength(1)
  })

  describe('that no call comes for', () => {
    /** Records the spans of each body; time passes only when a test says so. */
    function startAlone() {
      const clock = new FakeClock()
      const ops = createOps({ service: 'host', instance: 'i1' })
      onTestFinished(() => ops.close())
      const intake = otlpIntakeOf(ops, {}, clock)
      const send = (...spans: SpanOptions[]) => {
        const epoch = clock.now() - 1000
        const body = toTraces(spans.map((span) => ({ ...span, epoch })))
        return intake.take('traces', 'application/json', Buffer.from(JSON.stringify(body)))
      }
      return { clock, notes: noteMessages(ops), send }
    }

    it('becomes a call with its tokens, provider, model and duration', async () => {
      const { clock, notes, send } = startAlone()
      await send({ id: 'root', name: 'openclaw.run' }, usage)
      clock.advance(14_000)
      expect(notes.calls()).toEqual([])
      clock.advance(1000)
      expect(notes.calls()).toMatchObject([
        {
          ...{ id: spanId('usage'), provider: 'openai', model: 'gpt-5', operation: 'chat', state: 'ok' },
          ...{ inputTokens: 30, outputTokens: 7, duration: 100, requestId: spanId('root') },
        },
      ])
      clock.advance(60_000)
      expect(notes.calls()).toHaveLength(1)
    })

    it('is not counted twice when its call comes after all', async () => {
      const { clock, notes, send } = startAlone()
      await send(usage)
      clock.advance(15_000)
      await send({ ...made, end: null })
      await send(made)
      expect(notes.calls().map(({ id }) => id)).toEqual([spanId('usage')])
      await send({ ...made, id: 'next' })
      expect(notes.calls().map(({ id }) => id)).toEqual([spanId('usage'), spanId('next')])
    })

    it.each<[string, SpanOptions]>([
      ['came in time', made],
      ['runs', { ...made, end: null }],
      ['knows its own', { ...made, attributes: { ...made.attributes, 'gen_ai.usage.output_tokens': 7 } }],
      ['failed', { ...made, status: { code: 2 } }],
    ])('adds no call to one that %s', async (_name, call) => {
      const { clock, notes, send } = startAlone()
      await send(usage)
      await send(call)
      clock.advance(60_000)
      expect(notes.calls().map(({ id }) => id)).toEqual([spanId('made')])
    })
  })

  /** The tokens of each call, whenever they came. */
  function joined(host: OtlpHost): object[] {
    return host.of('call.end').map(({ id, inputTokens, outputTokens }) => {
      const amended = host.of('call.amend').find((amend) => amend.id === id)
      return {
        id,
        inputTokens: inputTokens ?? amended?.inputTokens,
        outputTokens: outputTokens ?? amended?.outputTokens,
      }
    })
  }
})

describe('a span that is not over', () => {
  it.each([
    ['without an end', (span: object) => span],
    ['with an end of 0', (span: object) => ({ ...span, endTimeUnixNano: '0' })],
  ])('is a call in flight: %s', async (_name, change) => {
    const host = await startOtlpHost()
    const span = toTraces([call('a', { end: null })]) as {
      resourceSpans: { scopeSpans: { spans: object[] }[] }[]
    }
    const { spans } = span.resourceSpans[0]!.scopeSpans[0]!
    spans[0] = change(spans[0]!)
    await host.export('traces', span, { form: 'json' })
    expect(host.of('call.start')).toHaveLength(1)
    expect(host.of('call.end')).toEqual([])
    expect(host.ops.metrics().gauges['activeCalls']).toBe(1)
  })

  it('is ended by the final span, with all that this one knows', async () => {
    const host = await startOtlpHost()
    const final = call('a', { end: 400, attributes: { 'gen_ai.usage.output_tokens': 9 } })
    await exportAll(host, [call('a', { end: null })], [call('a', { end: null })], [final], [final])
    expect(host.all.map(({ type }) => type)).toEqual(['call.start', 'call.end'])
    expect(host.calls()).toMatchObject([{ id: spanId('a'), state: 'ok', outputTokens: 9, duration: 400 }])
    expect(host.ops.metrics().counters['anomalies']).toBeUndefined()
  })

  it('does not come back to life when it arrives after its final span', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [call('a')], [call('a', { end: null })])
    expect(host.ops.metrics().gauges['activeCalls']).toBe(0)
  })

  it('in the form of Logfire stands for its parent', async () => {
    const host = await startOtlpHost()
    const pending = call('pending', {
      parent: 'real',
      end: 0,
      attributes: { 'logfire.span_type': 'pending_span', 'logfire.pending_parent_id': spanId('request') },
    })
    await exportAll(host, [server('request', { end: null }), pending])
    expect(host.of('call.start')).toMatchObject([{ id: spanId('real'), requestId: spanId('request') }])
    expect(host.of('call.end')).toEqual([])
    await exportAll(host, [call('real', { parent: 'request' })])
    expect(host.of('call.end')).toMatchObject([{ id: spanId('real') }])
    expect(host.of('call.start')).toHaveLength(1)
  })

  it('of a request shows what it does: its model, then its tool, then nothing', async () => {
    const host = await startOtlpHost()
    const step = (): unknown => host.ops.requests()[0]?.step
    await exportAll(host, [agent('run', { end: null })], [call('c', { parent: 'run', end: null })])
    expect(step()).toMatchObject({ kind: 'model', name: 'gpt-4o' })
    await exportAll(host, [call('c', { parent: 'run' })], [tool('t', { parent: 'run', end: null })])
    expect(step()).toMatchObject({ kind: 'tool', name: 'search' })
    await exportAll(host, [tool('t', { parent: 'run' })])
    expect(step()).toBeUndefined()
    await exportAll(host, [agent('run')])
    expect(host.requests()).toMatchObject([{ state: 'ok' }])
  })
})

describe('a span of work that came in', () => {
  it.each<[string, SpanOptions, object]>([
    [
      'of an HTTP server',
      server('a', { name: 'POST' }),
      { kind: 'http', name: 'POST /chat', automatic: true, state: 'ok', duration: 100 },
    ],
    [
      'of an HTTP server, by its old names',
      { id: 'a', kind: 2, name: 'GET /x', attributes: { 'http.method': 'GET', 'http.status_code': 404 } },
      { kind: 'http', name: 'GET /x', state: 'ok' },
    ],
    [
      'of a server that failed',
      server('a', { attributes: { 'http.response.status_code': 503 } }),
      { kind: 'http', state: 'error', error: '503' },
    ],
    [
      'of another server',
      { id: 'a', kind: 2, name: 'grpc.Chat/Send' },
      { kind: 'rpc', name: 'grpc.Chat/Send' },
    ],
    [
      'of an agent',
      agent('a', { attributes: { 'gen_ai.conversation.id': 's1' } }),
      { kind: 'agent', name: 'helper', session: 's1', automatic: false },
    ],
    [
      'of a workflow',
      {
        id: 'a',
        attributes: { 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.workflow.name': 'triage' },
      },
      { kind: 'agent', name: 'triage' },
    ],
    [
      'of an OpenClaw run',
      {
        id: 'a',
        name: 'openclaw.run',
        attributes: { 'openclaw.channel': 'telegram', 'openclaw.outcome': 'error' },
      },
      { kind: 'agent', name: 'openclaw.run', channel: 'telegram', state: 'error' },
    ],
    [
      'of an OpenClaw message',
      { id: 'a', name: 'openclaw.message.processed', attributes: { 'openclaw.channel': 'telegram' } },
      { kind: 'message', channel: 'telegram', state: 'ok' },
    ],
    [
      'of an OpenInference chain without a parent',
      { id: 'a', name: 'RunnableSequence', attributes: { 'openinference.span.kind': 'CHAIN' } },
      { kind: 'agent', name: 'RunnableSequence' },
    ],
    [
      'of the AI SDK without a parent',
      { id: 'a', name: 'ai.generateText', attributes: { 'ai.operationId': 'ai.generateText' } },
      { kind: 'agent', name: 'ai.generateText' },
    ],
  ])('is a request: %s', async (_name, span, request) => {
    const host = await startOtlpHost()
    await exportAll(host, [span])
    expect(host.requests()).toHaveLength(1)
    expect(host.requests()[0]).toMatchObject({ id: spanId('a'), instance: 'e1', ...request })
  })

  it('counts as a processed message when it is one', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [{ id: 'a', name: 'openclaw.message.processed' }, server('b')])
    expect(host.ops.metrics().counters).toMatchObject({ messagesProcessed: 1, requests: 2 })
  })

  it.each([
    [
      'an OpenInference chain inside another',
      { id: 'a', attributes: { 'openinference.span.kind': 'CHAIN' } },
    ],
    ['a server inside a server of the same process', server('a', { flags: 0x101 })],
    ['a client', { id: 'a', kind: 3, attributes: { 'http.request.method': 'GET' } }],
  ])('is none: %s', async (_name, span) => {
    const host = await startOtlpHost()
    await exportAll(host, [{ ...span, parent: 'p' }])
    expect(host.all).toEqual([])
  })

  it('is a consumer, unless its parent is one of the same process', async () => {
    const host = await startOtlpHost()
    const consumer = (id: string, options: Partial<SpanOptions> = {}) => ({
      ...{ id, kind: 5, name: 'process orders' },
      ...options,
    })
    await exportAll(host, [
      consumer('root', { status: { code: 2, message: 'no stock' } }),
      consumer('remote', { parent: 'p', flags: 0x301 }),
      consumer('local', { parent: 'root', flags: 0x101 }),
    ])
    const common = { kind: 'consumer', name: 'process orders', duration: 100 }
    expect(host.requests()).toMatchObject([
      { ...common, id: spanId('root'), state: 'error', error: 'no stock' },
      { ...common, id: spanId('remote'), state: 'ok' },
    ])
  })

  it('is one when its parent is another process', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [server('a', { parent: 'p', flags: 0x301 })])
    expect(host.requests()).toHaveLength(1)
  })

  it('is the request of the calls below it, the nearest for each, whichever comes first in a body', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [
      call('c1', { parent: 'between' }),
      { id: 'between', parent: 'run' },
      call('c2', { parent: 'request' }),
      call('c3', { trace: 'other' }),
      agent('run', { parent: 'request', attributes: { 'gen_ai.conversation.id': 's1' } }),
      server('request'),
    ])
    const requests = host.of('call.start').map(({ id, requestId }) => [id, requestId])
    expect(Object.fromEntries(requests)).toEqual({
      [spanId('c1')]: spanId('run'),
      [spanId('c2')]: spanId('request'),
      [spanId('c3')]: undefined,
    })
  })

  it('gives its session to its calls, and takes theirs', async () => {
    const host = await startOtlpHost()
    const session = { 'gen_ai.conversation.id': 's1' }
    await exportAll(
      host,
      [call('c1', { parent: 'r1', attributes: session }), server('r1')],
      [
        call('c2', { parent: 'r2', trace: 't2' }),
        agent('r2', { trace: 't2', attributes: session, end: null }),
      ],
      [call('c3', { parent: 'r2', trace: 't2' })],
    )
    expect(host.of('request.start').map((request) => request.session)).toEqual(['s1', 's1'])
    expect(host.of('call.start').at(-1)?.session).toBe('s1')
  })

  it('is no request of another process', async () => {
    const host = await startOtlpHost()
    await host.export(
      'traces',
      toTraces([server('r', { end: null })], { resource: { 'service.instance.id': 'a' } }),
    )
    await host.export(
      'traces',
      toTraces([call('c', { parent: 'r' })], { resource: { 'service.instance.id': 'b' } }),
    )
    expect(host.of('call.start')).toMatchObject([{ instance: 'b', requestId: undefined }])
  })
})

describe('a span of a tool', () => {
  it.each<[string, SpanOptions, string]>([
    ['of the conventions', tool('a'), 'search'],
    [
      'of OpenInference',
      { id: 'a', attributes: { 'openinference.span.kind': 'TOOL', 'tool.name': 'grep' } },
      'grep',
    ],
    [
      'of the AI SDK',
      { id: 'a', attributes: { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'f' } },
      'f',
    ],
    [
      'of OpenClaw',
      { id: 'a', name: 'openclaw.tool.execution', attributes: { 'openclaw.toolName': 'exec' } },
      'exec',
    ],
    [
      'of Traceloop',
      { id: 'a', attributes: { 'traceloop.span.kind': 'tool', 'traceloop.entity.name': 'g' } },
      'g',
    ],
    [
      'of its name alone',
      { id: 'a', name: 'execute_tool h', attributes: { 'gen_ai.operation.name': 'execute_tool' } },
      'h',
    ],
  ])('becomes a line of the log: %s', async (_name, span, name) => {
    const host = await startOtlpHost()
    const epoch = Date.now() - 1000
    await exportAll(host, [{ ...span, epoch, parent: 'r' }, server('r', { epoch, end: 200 })])
    expect(host.of('log')).toEqual([
      {
        level: 'info',
        source: 'tool',
        message: `${name}: 100 ms`,
        time: epoch + 100,
        instance: 'e1',
        requestId: spanId('r'),
        session: undefined,
        fields: { tool: name, duration: 100 },
      },
    ])
  })

  it('becomes a line in the order of time, not in that of the body', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [
      tool('late', { start: 50, end: 90, attributes: { 'gen_ai.tool.name': 'late' } }),
      tool('early', { start: 60, end: 70, attributes: { 'gen_ai.tool.name': 'early' } }),
    ])
    expect(host.of('log').map(({ fields }) => fields?.['tool'])).toEqual(['early', 'late'])
  })

  it('that failed is a line of level error', async () => {
    const host = await startOtlpHost()
    await exportAll(host, [tool('a', { status: { code: 2, message: 'no such index' } })])
    expect(host.of('log')).toMatchObject([
      {
        level: 'error',
        message: 'search failed after 100 ms: no such index',
        fields: { errorType: '_OTHER' },
      },
    ])
  })
})

describe('a resource', () => {
  it.each([
    [{ 'service.instance.id': 'id-1', 'service.name': 'gw' }, 'id-1'],
    [{ 'service.name': 'gw', 'host.name': 'h1', 'process.pid': 42 }, 'gw-h1-42'],
    [{ 'service.name': 'gw' }, 'gw'],
    [{}, 'unknown_service'],
  ])('of %j is the instance %s', async (resource, instance) => {
    const host = await startOtlpHost()
    await host.export('traces', toTraces([call('a'), server('b'), tool('c')], { resource }))
    expect(host.all.map(({ message }) => (message as { instance?: string }).instance)).toEqual(
      host.all.map(() => instance),
    )
  })

  it('beyond the 200th at once is called other', async () => {
    const host = await startOtlpHost()
    const body = {
      resourceSpans: Array.from({ length: 250 }, (_, i) => ({
        resource: { attributes: toAttributes({ 'service.instance.id': `i${i}` }) },
        scopeSpans: [
          {
            spans: [
              {
                traceId: traceId('t'),
                spanId: (i + 1).toString(16).padStart(16, '0'),
                startTimeUnixNano: toNano(Date.now()),
                endTimeUnixNano: toNano(Date.now()),
                attributes: toAttributes({ 'gen_ai.operation.name': 'chat' }),
              },
            ],
          },
        ],
      })),
    }
    await host.export('traces', body)
    const instances = host.of('call.start').map(({ instance }) => instance)
    expect(new Set(instances).size).toBe(201)
    expect(instances.filter((instance) => instance === 'other')).toHaveLength(50)
  })

  it('may stand behind the spans that it sent', async () => {
    const host = await startOtlpHost()
    const { resourceSpans } = toTraces([call('a')], { resource: { 'service.instance.id': 'late' } }) as {
      resourceSpans: Record<string, unknown>[]
    }
    const [{ resource, scopeSpans }] = resourceSpans as [Record<string, unknown>]
    for (const form of ['json', 'protobuf'] as const) {
      await host.export('traces', { resourceSpans: [{ scopeSpans, resource }] }, { form })
    }
    expect(host.of('call.start')).toMatchObject([{ instance: 'late' }])
  })
})

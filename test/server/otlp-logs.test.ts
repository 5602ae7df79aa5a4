import { describe, expect, it } from 'vitest'
import { FORMS, spanId, toLogs, toNano, toTraces, type Attributes, type LogOptions } from '../helpers/otlp.js'
import { startOtlpHost } from '../helpers/otlp-host.js'

describe.each(FORMS)('a log record, as %s,', (form) => {
  it('becomes a line with level, source, time, session and fields', async () => {
    const host = await startOtlpHost()
    const time = Date.now() - 3000
    const attributes = {
      'session.id': 's1',
      count: 3,
      ratio: 0.5,
      ok: true,
      tags: ['a', 'b'],
      user: { id: 'u1' },
    }
    await host.export('logs', toLogs([{ body: 'backlog above 100', level: 13, time, attributes }]), { form })
    expect(host.of('log')).toEqual([
      {
        level: 'warn',
        source: 'test',
        message: 'backlog above 100',
        time,
        instance: 'e1',
        callId: undefined,
        requestId: undefined,
        session: 's1',
        fields: attributes,
      },
    ])
  })

  it('may have a structured body, which is shown as JSON', async () => {
    const host = await startOtlpHost()
    const body = { a: [1, 'two', { b: false }], 'c\u0000': -4294967299 }
    await host.export('logs', toLogs([{ body }]), { form })
    expect(JSON.parse(host.of('log')[0]!.message)).toEqual(body)
  })

  it('is called by its event when it has no body', async () => {
    const host = await startOtlpHost()
    await host.export(
      'logs',
      toLogs([{ event: 'cache.evicted' }, { attributes: { 'event.name': 'old.style' } }]),
      { form },
    )
    expect(host.of('log').map(({ message }) => message)).toEqual(['cache.evicted', 'old.style'])
  })
})

describe('a log record', () => {
  it.each([
    [1, 'trace'],
    [4, 'trace'],
    [5, 'debug'],
    [9, 'info'],
    [12, 'info'],
    [13, 'warn'],
    [17, 'error'],
    [20, 'error'],
    [21, 'fatal'],
    [24, 'fatal'],
    [0, 'info'],
    [99, 'info'],
    [-4, 'info'],
  ])('of severity %i is of level %s', async (level, expected) => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([{ body: 'x', level }]))
    expect(host.of('log')[0]?.level).toBe(expected)
  })

  it.each([
    ['WARNING', 'warn'],
    ['Error', 'error'],
    ['critical', 'fatal'],
    ['debug2', 'debug'],
    ['', 'info'],
    ['other', 'info'],
  ])('with the severity text %j alone is of level %s', async (severityText, expected) => {
    const host = await startOtlpHost()
    const body = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityText, body: { stringValue: 'x' } }] }] }],
    }
    await host.export('logs', body, { form: 'json' })
    expect(host.of('log')[0]?.level).toBe(expected)
  })

  it('without a scope comes from its service', async () => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([{ body: 'x' }], { scope: '', resource: { 'service.name': 'billing' } }))
    expect(host.of('log')[0]).toMatchObject({ source: 'billing', instance: 'billing' })
  })

  it('from the future is of now', async () => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([{ body: 'x', time: Date.now() + 3_600_000 }]))
    expect(host.of('log')[0]!.time).toBeLessThanOrEqual(Date.now())
  })

  it('whose time is in milliseconds is of the time when it was observed, or of now', async () => {
    const host = await startOtlpHost()
    const { resourceLogs } = toLogs([{ body: 'x' }, { body: 'y' }]) as { resourceLogs: [never] }
    const [{ scopeLogs }] = resourceLogs as [{ scopeLogs: [{ logRecords: Record<string, unknown>[] }] }]
    const observed = Date.now() - 5000
    for (const record of scopeLogs[0].logRecords) record['timeUnixNano'] = String(Date.now())
    scopeLogs[0].logRecords[0]!['observedTimeUnixNano'] = toNano(observed)
    await host.export('logs', { resourceLogs })
    const [first, second] = host.of('log')
    expect(first!.time).toBe(observed)
    expect(second!.time).toBeGreaterThan(observed)
  })

  it('leads to the call and the request of its span', async () => {
    const host = await startOtlpHost()
    const call = { 'gen_ai.operation.name': 'chat' }
    await host.export(
      'traces',
      toTraces([
        { id: 'r', kind: 2, attributes: { 'session.id': 's1' } },
        { id: 'c', parent: 'r', attributes: call },
        { id: 'x', parent: 'r' },
      ]),
    )
    const inSpan = (span: string): LogOptions => ({ body: span, trace: 'trace', span })
    await host.export(
      'logs',
      toLogs([inSpan('r'), inSpan('c'), inSpan('x'), inSpan('new'), { ...inSpan('c'), trace: 'no' }]),
    )
    expect(host.of('log').map(({ session }) => session)).toEqual(['s1', 's1', 's1', 's1', undefined])
    const request = spanId('r')
    expect(host.of('log').map(({ callId, requestId }) => [callId, requestId])).toEqual([
      [undefined, request],
      [spanId('c'), request],
      [undefined, request],
      [undefined, request],
      [undefined, undefined],
    ])
  })

  it('of a huge body is cut, and says so', async () => {
    const host = await startOtlpHost()
    // Wherever the cut falls: within a character, within an escape.
    const bodies = Array.from({ length: 10 }, (_, i) => ({ body: `${'x'.repeat(i)}${'€ä"\n'.repeat(5000)}` }))
    for (const form of FORMS) await host.export('logs', toLogs(bodies), { form })
    expect(host.of('log')).toHaveLength(20)
    for (const { message } of host.of('log')) {
      expect(message.length).toBeLessThan(8300)
      expect(message).toMatch(/… \(\d+ more bytes\)$/)
      expect(message).not.toContain('\ufffd')
    }
  })

  it('of level error counts as an error', async () => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([{ body: 'x', level: 17 }]))
    expect(host.ops.metrics().counters['errors']).toBe(1)
  })
})

describe('an event of a coding agent', () => {
  const time = Date.now() - 2000
  interface Told {
    name: string
    record: LogOptions
    origin?: { scope?: string; resource?: Attributes }
    call: object
  }
  const claude: Attributes = {
    'session.id': 's1',
    model: 'claude-sonnet-5',
    // Numbers sometimes come as strings.
    duration_ms: '1500',
    input_tokens: '20',
    output_tokens: 300,
    cache_read_tokens: '5',
    cache_creation_tokens: 2,
    cost_usd: '0.01',
  }

  it.each<Told>([
    {
      name: 'Claude Code’s request, named by its body',
      record: { body: 'claude_code.api_request', attributes: { ...claude, 'event.name': 'api_request' } },
      call: {
        provider: 'anthropic',
        model: 'claude-sonnet-5',
        session: 's1',
        state: 'ok',
        startedAt: time - 1500,
        endedAt: time,
        duration: 1500,
        inputTokens: 27,
        cachedTokens: 5,
        outputTokens: 300,
      },
    },
    {
      name: 'Claude Code’s request, named by its event and scope',
      record: { event: 'api_request', attributes: claude },
      origin: { scope: 'com.anthropic.claude_code.events' },
      call: { provider: 'anthropic', outputTokens: 300 },
    },
    {
      name: 'Claude Code’s request, named by its attribute and service',
      record: { attributes: { ...claude, 'event.name': 'api_request' } },
      origin: { resource: { 'service.name': 'claude-code' } },
      call: { provider: 'anthropic', outputTokens: 300, instance: 'claude-code' },
    },
    {
      name: 'Claude Code’s error',
      record: {
        event: 'claude_code.api_error',
        attributes: {
          model: 'claude-x',
          error: 'overloaded',
          status_code: '529',
          duration_ms: 80,
          attempt: 2,
        },
      },
      call: { state: 'error', httpStatus: 529, errorType: '529', error: 'overloaded', duration: 80 },
    },
    {
      name: 'Gemini CLI’s response',
      record: {
        body: 'API response from gemini-2.5-pro. Status: 200. Duration: 456ms.',
        attributes: {
          'event.name': 'gemini_cli.api_response',
          'session.id': 's2',
          model: 'gemini-2.5-pro',
          status_code: 200,
          duration_ms: 456,
          input_token_count: 120,
          output_token_count: 30,
          cached_content_token_count: 10,
          thoughts_token_count: 5,
        },
      },
      call: {
        provider: 'gcp.gemini',
        model: 'gemini-2.5-pro',
        session: 's2',
        state: 'ok',
        duration: 456,
        inputTokens: 120,
        outputTokens: 35,
        cachedTokens: 10,
        reasoningTokens: 5,
      },
    },
    {
      name: 'Gemini CLI’s error',
      record: {
        event: 'gemini_cli.api_error',
        attributes: {
          model: 'gemini-2.5-pro',
          error: 'quota',
          error_type: 'ApiError',
          status_code: 429,
          duration_ms: 12,
        },
      },
      call: { state: 'error', errorType: 'ApiError', error: 'quota', httpStatus: 429 },
    },
    {
      name: 'Codex’s failed request',
      record: {
        event: 'codex.api_request',
        attributes: {
          'conversation.id': 's3',
          model: 'gpt-5-codex',
          duration_ms: '250',
          'http.response.status_code': 401,
          'error.message': 'unauthorized',
        },
      },
      call: {
        provider: 'openai',
        model: 'gpt-5-codex',
        session: 's3',
        state: 'error',
        error: 'unauthorized',
        duration: 250,
      },
    },
  ])('becomes a call: $name', async ({ record, origin, call }) => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([{ ...record, time }], origin))
    expect(host.calls()).toMatchObject([{ source: 'otlp', operation: 'chat', ...call }])
    // A failure is a line by itself, made where it is counted.
    expect(host.of('log').filter(({ source }) => source !== 'model')).toEqual([])
  })

  it.each([
    [{ event: 'claude_code.tool_result', attributes: { tool_name: 'Bash', success: 'true' } }],
    [{ event: 'claude_code.user_prompt', attributes: { prompt_length: 12 } }],
    [{ event: 'codex.conversation_starts', attributes: { model: 'gpt-5' } }],
    [{ event: 'codex.api_request', attributes: { endpoint: '/models' } }],
    [{ event: 'gemini_cli.api_request', attributes: { model: 'gemini' } }],
    [{ event: 'api_request', attributes: { model: 'm' } }],
  ] as [LogOptions][])('that tells of no call is a line of the log: %j', async (record) => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([record]))
    expect(host.of('call.start')).toEqual([])
    expect(host.of('log')).toMatchObject([{ message: record.event, fields: record.attributes }])
  })

  it('and a span that tell of one request are one call', async () => {
    const host = await startOtlpHost()
    const attributes = { request_id: 'req_1', model: 'claude-x', duration_ms: 100, output_tokens: 3 }
    const span = {
      id: 'a',
      name: 'claude_code.llm_request',
      attributes: { ...attributes, 'gen_ai.request.model': 'claude-x' },
    }
    await host.export('logs', toLogs([{ event: 'claude_code.api_request', attributes }]))
    await host.export('traces', toTraces([span]))
    expect(host.of('call.start')).toHaveLength(1)
    await host.export(
      'traces',
      toTraces([{ ...span, id: 'b', attributes: { ...span.attributes, request_id: 'req_2' } }]),
    )
    await host.export(
      'logs',
      toLogs([{ event: 'claude_code.api_request', attributes: { ...attributes, request_id: 'req_2' } }]),
    )
    expect(host.of('call.start')).toHaveLength(2)
  })
})

describe('the events of a Codex call', () => {
  const begin = Date.now() - 5000
  const event = (name: string, at: number, attributes: Attributes = {}): LogOptions => ({
    time: begin + at,
    event: `codex.${name}`,
    attributes: { 'conversation.id': 'c1', model: 'gpt-5-codex', ...attributes },
  })
  const request = event('api_request', 300, { duration_ms: 300, 'http.response.status_code': 200 })
  const completed = event('sse_event', 2000, {
    'event.kind': 'response.completed',
    input_token_count: '100',
    output_token_count: '40',
    cached_token_count: 60,
    reasoning_token_count: 8,
  })

  it('show it in flight, then ended with the tokens of the last event', async () => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([request]))
    expect(host.ops.metrics().gauges['activeCalls']).toBe(1)
    await host.export(
      'logs',
      toLogs([event('sse_event', 400, { 'event.kind': 'response.output_text.delta' })]),
    )
    await host.export(
      'logs',
      toLogs([event('sse_event', 2000, { 'event.kind': 'response.completed' }), completed]),
    )
    expect(host.of('call.progress')).toMatchObject([{ timeToFirstToken: 400 }])
    expect(host.calls()).toMatchObject([
      {
        provider: 'openai',
        model: 'gpt-5-codex',
        session: 'c1',
        streaming: true,
        startedAt: begin,
        state: 'ok',
        duration: 2000,
        inputTokens: 100,
        outputTokens: 40,
        cachedTokens: 60,
        reasoningTokens: 8,
      },
    ])
    expect(host.of('log')).toEqual([])
  })

  it('end it as failed when its stream fails', async () => {
    const host = await startOtlpHost()
    const failed = event('sse_event', 900, {
      'event.kind': 'response.failed',
      'error.message': 'context too long',
    })
    await host.export('logs', toLogs([request, failed]))
    expect(host.calls()).toMatchObject([{ state: 'error', error: 'context too long', duration: 900 }])
  })

  it('end it when the next one of the conversation begins, though nothing told its end', async () => {
    const host = await startOtlpHost()
    const piece = event('sse_event', 700, { 'event.kind': 'response.output_item.done' })
    const next = event('api_request', 4000, { duration_ms: 10 })
    await host.export(
      'logs',
      toLogs([request, piece, next, event('api_request', 4000, { 'conversation.id': 'c2' })]),
    )
    expect(host.of('call.end')).toMatchObject([{ state: 'ok', duration: 700 }])
    expect(host.ops.metrics().gauges['activeCalls']).toBe(2)
  })

  it('are a call even if the first one was lost', async () => {
    const host = await startOtlpHost()
    await host.export('logs', toLogs([completed]))
    expect(host.calls()).toMatchObject([{ state: 'ok', outputTokens: 40 }])
  })

  it('never hold more calls open than 200', async () => {
    const host = await startOtlpHost()
    const requests = Array.from({ length: 300 }, (_, i) =>
      event('api_request', i, { 'conversation.id': `c${i}` }),
    )
    await host.export('logs', toLogs(requests))
    expect(host.ops.metrics().gauges['activeCalls']).toBe(200)
  })
})

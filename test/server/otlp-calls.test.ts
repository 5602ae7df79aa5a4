import { describe, expect, it } from 'vitest'
import { FORMS, toTraces, type Attributes, type SpanOptions } from '../helpers/otlp.js'
import { startOtlpHost } from '../helpers/otlp-host.js'

/** One span of a model call as an emitter sends it, and the call that it is to become. */
interface Emitted {
  name: string
  scope?: string
  span: Omit<SpanOptions, 'id'>
  call: object
  /** What the call must not have. */
  lacks?: string
}

const EMITTERS: Emitted[] = [
  {
    name: 'the conventions of today',
    span: {
      name: 'chat gpt-5',
      kind: 3,
      end: 2500,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.response.model': 'gpt-5-2026-01-01',
        'gen_ai.request.stream': true,
        'gen_ai.response.time_to_first_chunk': 0.25,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.conversation.id': 'session-1',
        'gen_ai.usage.input_tokens': 210,
        'gen_ai.usage.output_tokens': 64,
        'gen_ai.usage.cache_read.input_tokens': 100,
        'gen_ai.usage.reasoning.output_tokens': 20,
      },
    },
    call: {
      provider: 'openai',
      model: 'gpt-5-2026-01-01',
      operation: 'chat',
      streaming: true,
      session: 'session-1',
      state: 'ok',
      duration: 2500,
      timeToFirstToken: 250,
      finishReason: 'stop',
      inputTokens: 210,
      outputTokens: 64,
      cachedTokens: 100,
      reasoningTokens: 20,
      source: 'otlp',
      instance: 'e1',
    },
  },
  {
    name: 'the conventions of 2024: gen_ai.system and prompt tokens',
    span: {
      name: 'chat gpt-4o',
      kind: 3,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'az.ai.openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.prompt_tokens': 11,
        'gen_ai.usage.completion_tokens': 5,
      },
    },
    call: { provider: 'azure.ai.openai', model: 'gpt-4o', inputTokens: 11, outputTokens: 5, duration: 100 },
  },
  {
    name: 'AI SDK 6, streaming: no operation name, a provider with its interface, milliseconds',
    scope: 'ai',
    span: {
      name: 'ai.streamText.doStream',
      parent: 'outer',
      end: 290,
      attributes: {
        'ai.operationId': 'ai.streamText.doStream',
        'ai.model.provider': 'mockprov.chat',
        'ai.model.id': 'gpt-4o',
        'gen_ai.system': 'mockprov.chat',
        'gen_ai.request.model': 'gpt-4o',
        'ai.response.msToFirstChunk': 121.5,
        'ai.usage.inputTokens': 11,
        'ai.usage.outputTokens': 5,
        'ai.telemetry.metadata.sessionId': 's2',
      },
      events: [{ name: 'ai.stream.firstChunk', at: 121.5 }],
    },
    call: {
      provider: 'mockprov',
      model: 'gpt-4o',
      operation: 'chat',
      streaming: true,
      timeToFirstToken: 121.5,
      inputTokens: 11,
      outputTokens: 5,
      session: 's2',
    },
  },
  {
    name: 'AI SDK 6, where only the event tells of the first chunk',
    scope: 'ai',
    span: {
      attributes: { 'ai.operationId': 'ai.streamText.doStream', 'ai.model.provider': 'openai.responses' },
      events: [{ name: 'ai.stream.firstChunk', at: 40 }],
    },
    call: { provider: 'openai', timeToFirstToken: 40, streaming: true },
  },
  {
    name: 'AI SDK 6, embeddings',
    scope: 'ai',
    span: {
      attributes: {
        'ai.operationId': 'ai.embed.doEmbed',
        'ai.model.provider': 'google.generative-ai',
        'ai.model.id': 'text-embedding-004',
        'ai.usage.tokens': 9,
      },
    },
    call: { provider: 'gcp.gemini', operation: 'embeddings', inputTokens: 9, model: 'text-embedding-004' },
  },
  {
    name: 'AI SDK 7: seconds',
    scope: 'gen_ai',
    span: {
      parent: 'step',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'mockprov.chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.client.operation.time_to_first_chunk': 0.012,
      },
    },
    call: { provider: 'mockprov', timeToFirstToken: 12, streaming: true },
  },
  {
    name: 'Traceloop with Anthropic’s own count of input tokens',
    scope: '@traceloop/instrumentation-anthropic',
    span: {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-x',
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.cache_read.input_tokens': 4,
        'gen_ai.usage.cache_creation.input_tokens': 2,
        'gen_ai.usage.output_tokens': 7,
      },
    },
    call: { provider: 'anthropic', inputTokens: 16, cachedTokens: 4, outputTokens: 7 },
  },
  {
    name: 'older Traceloop: a request type only',
    span: {
      attributes: {
        'llm.request.type': 'completion',
        'gen_ai.system': 'mistralai',
        'llm.usage.prompt_tokens': 3,
        'llm.usage.completion_tokens': 4,
        'gen_ai.request.model': 'mistral-large',
        'traceloop.association.properties.session_id': 's3',
      },
    },
    call: {
      provider: 'mistral_ai',
      model: 'mistral-large',
      inputTokens: 3,
      outputTokens: 4,
      session: 's3',
    },
  },
  {
    name: 'OpenInference: stream flag inside JSON, session inside JSON',
    span: {
      name: 'ChatOpenAI',
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-4o-mini',
        'llm.invocation_parameters': '{"stream":true,"temperature":0}',
        metadata: '{"ls_provider":"openai","session_id":"s4"}',
        'llm.token_count.prompt': 12,
        'llm.token_count.completion': 3,
        'llm.token_count.prompt_details.cache_read': 6,
        'llm.token_count.completion_details.reasoning': 1,
      },
    },
    call: {
      provider: 'openai',
      model: 'gpt-4o-mini',
      streaming: true,
      session: 's4',
      inputTokens: 12,
      outputTokens: 3,
      cachedTokens: 6,
      reasoningTokens: 1,
    },
  },
  {
    name: 'OpenInference embeddings',
    span: {
      attributes: {
        'openinference.span.kind': 'EMBEDDING',
        'embedding.model_name': 'text-embedding-3-small',
        'llm.system': 'openai',
      },
    },
    call: { operation: 'embeddings', model: 'text-embedding-3-small', provider: 'openai' },
  },
  {
    name: 'OpenLIT, whose time to first token is wrong',
    scope: '@openlit/instrumentation-vllm',
    span: {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.request.is_stream': true,
        'gen_ai.server.time_to_first_token': 0.001,
        'gen_ai.usage.output_tokens': '5',
      },
    },
    call: { streaming: true, outputTokens: 5 },
    lacks: 'timeToFirstToken',
  },
  {
    name: 'OpenClaw: milliseconds, a category of errors',
    span: {
      name: 'openclaw.model.call',
      attributes: {
        'openclaw.provider': 'Anthropic',
        'openclaw.model': 'claude-sonnet',
        'openclaw.model_call.time_to_first_byte_ms': 33,
        'openclaw.errorCategory': 'rate_limit',
      },
    },
    call: {
      provider: 'anthropic',
      model: 'claude-sonnet',
      timeToFirstToken: 33,
      state: 'error',
      errorType: 'rate_limit',
      error: 'rate_limit',
    },
  },
  {
    name: 'an emitter that names only the requested model, and the server',
    span: { attributes: { 'gen_ai.request.model': 'llama3', 'server.address': 'llm.internal' } },
    call: { provider: 'llm.internal', model: 'llama3', operation: 'chat' },
  },
]

describe.each(FORMS)('a span of a model call, as %s,', (form) => {
  it.each(EMITTERS)('is read in the form of $name', async ({ scope, span, call, lacks }) => {
    const host = await startOtlpHost()
    const epoch = Date.now() - 5000
    const body = toTraces([{ id: 'call', epoch, ...span }], { ...(scope !== undefined && { scope }) })
    await host.export('traces', body, { form })
    expect(host.calls()).toHaveLength(1)
    expect(host.calls()[0]).toMatchObject({ id: '63616c6c5f5f5f5f', state: 'ok', ...call })
    if (lacks !== undefined) expect(host.calls()[0]).not.toHaveProperty(lacks)
    expect(host.of('call.start')[0]?.startedAt).toBe(epoch)
  })
})

describe('a span', () => {
  it.each([
    ['of an agent', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.request.model': 'm' }],
    ['of a tool', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.request.model': 'm' }],
    ['of a retrieval', { 'gen_ai.operation.name': 'retrieval', 'gen_ai.request.model': 'm' }],
    ['of another operation', { 'gen_ai.operation.name': 'rerank', 'gen_ai.request.model': 'm' }],
    ['around the calls of the AI SDK', { 'ai.operationId': 'ai.generateText', 'gen_ai.request.model': 'm' }],
    ['of an OpenInference chain', { 'openinference.span.kind': 'CHAIN', 'gen_ai.request.model': 'm' }],
    ['of a rerank request', { 'llm.request.type': 'rerank' }],
    ['without a model', { 'gen_ai.usage.input_tokens': 5 }],
    ['of a database', { 'db.system.name': 'postgresql' }],
  ] as [string, Attributes][])('%s is no model call', async (_name, attributes) => {
    const host = await startOtlpHost()
    await host.export(
      'traces',
      toTraces([{ id: 'a', attributes: { 'gen_ai.usage.output_tokens': 3, ...attributes } }]),
    )
    expect(host.of('call.start')).toEqual([])
  })

  it.each([
    ['provider.chat', 'provider'],
    ['provider.responses', 'provider'],
    ['provider.messages', 'provider'],
    ['provider.completion', 'provider'],
    ['provider.embedding', 'provider'],
    ['AZ.AI.Inference', 'azure.ai.inference'],
    ['xai.chat', 'x_ai'],
    ['gemini', 'gcp.gemini'],
    ['vertexai', 'gcp.vertex_ai'],
    ['google', 'gcp.gen_ai'],
    ['amazon', 'aws.bedrock'],
    ['moonshot', 'moonshot_ai'],
    ['constructor', 'constructor'],
    ['aws.bedrock', 'aws.bedrock'],
  ])('with the provider %s is one of %s', async (named, provider) => {
    const host = await startOtlpHost()
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': named }
    await host.export('traces', toTraces([{ id: 'a', attributes }]))
    expect(host.of('call.start')[0]?.provider).toBe(provider)
  })

  it('that tells no tokens leaves them unknown, not 0', async () => {
    const host = await startOtlpHost()
    await host.export('traces', toTraces([{ id: 'a', attributes: { 'gen_ai.operation.name': 'chat' } }]))
    const [end] = host.of('call.end')
    expect([end?.inputTokens, end?.outputTokens, end?.timeToFirstToken]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(host.of('call.start')[0]).toMatchObject({ provider: 'unknown', model: 'unknown' })
  })

  it.each([
    ['longer than the call', 0.2],
    ['of nothing', 0],
    ['below nothing', -1],
  ])('with a time to first token %s has none', async (_name, seconds) => {
    const host = await startOtlpHost()
    const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.response.time_to_first_chunk': seconds }
    await host.export('traces', toTraces([{ id: 'a', attributes }]))
    expect(host.of('call.end')[0]?.timeToFirstToken).toBeUndefined()
  })

  it('keeps the fraction of a millisecond in its duration', async () => {
    const host = await startOtlpHost()
    const attributes = { 'gen_ai.operation.name': 'embeddings' }
    await host.export('traces', toTraces([{ id: 'a', end: 3.625, attributes }]))
    expect(host.of('call.end')[0]?.duration).toBeCloseTo(3.625, 2)
  })

  it('whose clock is ahead of this one ends now and keeps its duration', async () => {
    const host = await startOtlpHost()
    const attributes = { 'gen_ai.operation.name': 'chat' }
    await host.export('traces', toTraces([{ id: 'a', epoch: Date.now() + 60_000, end: 500, attributes }]))
    const [end] = host.of('call.end')
    expect(end!.endedAt).toBeLessThanOrEqual(Date.now())
    expect(end!.duration).toBeCloseTo(500)
    expect(end!.endedAt! - host.of('call.start')[0]!.startedAt!).toBe(500)
  })

  it('that ends before it starts lasts no time', async () => {
    const host = await startOtlpHost()
    const attributes = { 'gen_ai.operation.name': 'chat' }
    await host.export('traces', toTraces([{ id: 'a', start: 100, end: 20, attributes }]))
    expect(host.of('call.end')[0]?.duration).toBe(0)
  })
})

describe('a failed call', () => {
  const chat = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'openai',
    'gen_ai.request.model': 'gpt-4o',
  }

  it.each<[string, Omit<SpanOptions, 'id'>, object]>([
    [
      'by its error.type',
      { attributes: { ...chat, 'error.type': 'RateLimitError' }, status: { code: 2, message: 'slow down' } },
      { errorType: 'RateLimitError', error: 'slow down' },
    ],
    [
      'by the exception of the AI SDK',
      {
        attributes: chat,
        status: { code: 2 },
        events: [
          {
            name: 'exception',
            at: 5,
            attributes: { 'exception.type': 'AI_APICallError', 'exception.message': 'Too many requests' },
          },
        ],
      },
      { errorType: 'AI_APICallError', error: 'Too many requests' },
    ],
    [
      'by its HTTP status',
      { attributes: { ...chat, 'http.response.status_code': 529 } },
      { errorType: '529', error: '529', httpStatus: 529 },
    ],
    ['by its span status alone', { attributes: chat, status: { code: 2 } }, { errorType: '_OTHER' }],
    [
      'by its finish reason',
      { attributes: { ...chat, 'gen_ai.response.finish_reasons': ['error'] } },
      { errorType: '_OTHER', finishReason: 'error' },
    ],
  ])('is told %s', async (_name, span, end) => {
    const host = await startOtlpHost()
    await host.export('traces', toTraces([{ id: 'a', ...span }]))
    expect(host.of('call.end')[0]).toMatchObject({ state: 'error', ...end })
    expect(host.ops.logLines()).toMatchObject([
      { level: 'error', source: 'model', callId: host.of('call.end')[0]!.id },
    ])
  })

  it.each([1e9, 200.5, -1, 'down'])('is not told by %j, which is no status', async (status) => {
    const host = await startOtlpHost()
    const attributes = { ...chat, 'http.response.status_code': status }
    await host.export('traces', toTraces([{ id: 'a', attributes }]))
    expect(host.of('call.end')).toMatchObject([{ state: 'ok' }])
    expect(host.of('call.end')[0]!.httpStatus).toBeUndefined()
  })

  it('is not told by an unset status, nor by a status of 200', async () => {
    const host = await startOtlpHost()
    const attributes = { ...chat, 'http.response.status_code': 200 }
    await host.export('traces', toTraces([{ id: 'a', attributes, status: { code: 0 } }]))
    expect(host.of('call.end')[0]?.state).toBe('ok')
  })
})

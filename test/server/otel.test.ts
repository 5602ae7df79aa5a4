import { createRequire } from 'node:module'
import { context, metrics, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import type OpenAI from 'openai'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createOps, type Ops } from '../../src/index.js'
import { OpsSpanProcessor } from '../../src/server/otel/index.js'
import { INPUT_TOKENS, OUTPUT_TOKENS } from '../register/model-replies.js'
import { startModelServer } from '../register/model-server.js'

const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'm-1',
}

let ops: Ops
let processor: OpsSpanProcessor
let provider: TracerProvider
let tracer: Tracer
beforeEach(() => {
  ops = createOps({ instance: 'i1', limits: { active: 50 } })
  processor = new OpsSpanProcessor({ ops })
  provider = new TracerProvider({ spanProcessors: [processor] })
  tracer = provider.getTracer('test')
  onTestFinished(() => ops.close())
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a span of a model call', () => {
  it('is a call in flight from the turn after its start, whenever its attributes come in that turn', async () => {
    const early = tracer.startSpan('chat m-1', { attributes: CALL })
    const late = tracer.startSpan('chat m-1')
    late.setAttributes({ ...CALL, 'gen_ai.request.model': 'm-2' })
    await turn()
    expect(ops.calls()).toMatchObject([
      { id: early.spanContext().spanId, provider: 'openai', model: 'm-1', state: 'active', source: 'otel' },
      { id: late.spanContext().spanId, model: 'm-2', state: 'active', instance: 'i1' },
    ])
  })

  it('ends with its tokens and its own duration', async () => {
    const span = tracer.startSpan('chat m-1', { attributes: CALL, startTime: Date.now() - 2000 })
    await turn()
    span.setAttributes({ 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 50 })
    span.end()
    const [call] = ops.calls()
    expect(call).toMatchObject({ state: 'ok', inputTokens: 11, outputTokens: 50 })
    expect(call!.duration).toBeGreaterThan(1990)
    expect(call!.duration).toBeLessThan(2500)
  })

  it('that ends in the turn of its start is recorded once', async () => {
    tracer.startSpan('chat m-1', { attributes: CALL }).end()
    await turn()
    expect(ops.calls()).toMatchObject([{ state: 'ok' }])
    expect(ops.metrics().counters).toMatchObject({ calls: 1 })
    expect(ops.metrics().counters).not.toHaveProperty('anomalies')
  })

  it('fails with the exception that was recorded', async () => {
    const span = tracer.startSpan('chat m-1', { attributes: CALL })
    span.recordException(new TypeError('no such model'))
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    expect(ops.calls()).toMatchObject([{ state: 'error', errorType: 'TypeError', error: 'no such model' }])
  })

  it('that never ends leaks nothing: it is pushed out by newer ones as stale', async () => {
    for (let i = 0; i < 500; i++) tracer.startSpan('chat m-1', { attributes: CALL })
    await turn()
    expect(ops.metrics().gauges['activeCalls']).toBe(50)
    expect(ops.calls().filter(({ state }) => state === 'stale')).toHaveLength(200)
  })

  it('belongs to the agent around it', async () => {
    const agent = tracer.startSpan('invoke_agent helper', {
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'helper' },
    })
    const inside = trace.setSpan(context.active(), agent)
    tracer.startSpan('chat m-1', { attributes: CALL }, inside).end()
    agent.end()
    const [request] = ops.requests()
    expect(request).toMatchObject({ id: agent.spanContext().spanId, state: 'ok' })
    expect(ops.calls()).toMatchObject([{ requestId: request!.id }])
  })
})

describe('a span of a server', () => {
  const start = (): void => tracer.startSpan('GET /users', { kind: SpanKind.SERVER }).end()

  it('is no request, since the host shows its requests by other means', () => {
    start()
    expect(ops.requests()).toEqual([])
  })

  it('is one where the host asks for it', () => {
    provider = new TracerProvider({ spanProcessors: [new OpsSpanProcessor({ ops, http: true })] })
    tracer = provider.getTracer('test')
    start()
    expect(ops.requests()).toMatchObject([{ state: 'ok' }])
  })
})

describe('the processor', () => {
  it('never keeps what was said', async () => {
    const attributes = { ...CALL, 'gen_ai.input.messages': 'a secret', 'gen_ai.output.messages': 'a secret' }
    tracer.startSpan('chat m-1', { attributes }).end()
    expect(JSON.stringify(ops.snapshot())).not.toContain('secret')
  })

  it('counts a span that it cannot read as a fault, and throws nothing', () => {
    const broken = { spanContext: () => undefined } as never
    processor.onStart(broken)
    processor.onEnd(broken)
    expect(ops.metrics().counters['faults']).toBe(2)
  })

  it('records what has started before a flush is over, and nothing after its shutdown', async () => {
    tracer.startSpan('chat m-1', { attributes: CALL })
    await provider.forceFlush()
    expect(ops.calls()).toHaveLength(1)
    await provider.shutdown()
    processor.onEnd(tracer.startSpan('chat m-1', { attributes: CALL }) as never)
    expect(ops.calls()).toHaveLength(1)
  })
})

it('shows the calls of the instrumented openai client while they run, and how they ended', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const instrumentation = new OpenAIInstrumentation()
  instrumentation.setTracerProvider(provider)
  instrumentation.setMeterProvider(metrics.getMeterProvider())
  const { OpenAI: Client } = createRequire(import.meta.url)('openai') as { OpenAI: typeof OpenAI }
  const models = await startModelServer()
  const client = new Client({ apiKey: 'none', baseURL: `${models.url}/v1`, maxRetries: 0 })
  const stream = await client.chat.completions.create({
    model: 'm-1',
    messages: [{ role: 'user', content: 'a secret' }],
    stream: true,
    stream_options: { include_usage: true },
  })
  expect(ops.calls()).toMatchObject([{ model: 'm-1', state: 'active', source: 'otel' }])
  for await (const chunk of stream) expect(chunk.model).toBe('m-1')
  expect(ops.calls()).toMatchObject([
    { model: 'm-1', state: 'ok', inputTokens: INPUT_TOKENS, outputTokens: OUTPUT_TOKENS },
  ])
  await expect(client.chat.completions.create({ model: 'limit', messages: [] })).rejects.toThrow('429')
  expect(ops.calls().at(-1)).toMatchObject({ model: 'limit', state: 'error' })
})

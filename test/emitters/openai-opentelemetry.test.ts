import { describe, expect, it } from 'vitest'
import * as expected from './expectations.js'
import { runProgram, type Run, type Transport } from './run-program.js'

/*
 * The openai client with OpenTelemetry's own instrumentation. It tells neither a time to the first token nor whether
 * a call streams, and what it knows of a failed call it sends.
 */
const TRANSPORTS: Transport[] = [
  { protocol: 'http/json', compression: 'none' },
  { protocol: 'http/protobuf', compression: 'gzip' },
]

describe.each(TRANSPORTS)('openai with OpenTelemetry, $protocol, compression $compression', (transport) => {
  let running: Promise<Run> | undefined
  const run = () => (running ??= runProgram('openai-opentelemetry', transport))

  it('shows each call once, failed ones too, as long as it took', async () => {
    const { made, calls, requests, complaints } = await run()
    expect(complaints).toBe('')
    expect(requests).toEqual([])
    expect(calls).toHaveLength(8)
    for (const call of Object.values(made)) expected.expectMeasuredTimes(call)
    expected.expectMetricsOf(await run())
    expected.expectNothingPrivate(await run())
  })

  it('knows provider, model and tokens of a plain call', async () => {
    expect(expected.onlyCall((await run()).made['plain']!)).toMatchObject({
      ...{ provider: 'openai', model: expected.ANSWERING_MODEL, operation: 'chat', state: 'ok' },
      ...{ ...expected.CHAT_TOKENS, finishReason: 'stop', source: 'otlp' },
    })
  })

  it('knows the tokens of a streamed call only if the program asked for its usage', async () => {
    const { streamed, streamedWithoutUsage } = (await run()).made
    expect(expected.onlyCall(streamed!)).toMatchObject({ state: 'ok', ...expected.CHAT_TOKENS })
    const withoutUsage = expected.onlyCall(streamedWithoutUsage!)
    expect(withoutUsage).toMatchObject({ state: 'ok', model: expected.ANSWERING_MODEL })
    expect(withoutUsage).not.toHaveProperty('inputTokens')
    expect(withoutUsage).not.toHaveProperty('outputTokens')
    expect(withoutUsage).not.toHaveProperty('tokensPerSecond')
  })

  it('knows the same of the Responses API', async () => {
    const { response, responseStreamed } = (await run()).made
    for (const call of [response!, responseStreamed!].map(expected.onlyCall)) {
      expect(call).toMatchObject({
        ...{ provider: 'openai', model: expected.ANSWERING_MODEL, operation: 'chat', state: 'ok' },
        ...expected.CHAT_TOKENS,
      })
    }
  })

  it('leaves the time to the first token unknown', async () => {
    const { calls, metrics } = await run()
    for (const call of calls) expect(call).not.toHaveProperty('timeToFirstToken')
    expect(metrics.calls['5m'].timeToFirstToken).not.toHaveProperty('p50')
  })

  it('shows why a call failed, with the model that was asked', async () => {
    const { refused, failed } = (await run()).made
    const errors = [
      { errorType: 'RateLimitError', error: '429 rate limit reached' },
      { errorType: 'InternalServerError', error: '500 the model failed' },
    ]
    for (const [index, call] of [refused!, failed!].map(expected.onlyCall).entries()) {
      expect(call).toMatchObject({
        ...{ provider: 'openai', model: expected.ASKED_MODEL, operation: 'chat', state: 'error' },
        ...errors[index],
      })
      expect(call).not.toHaveProperty('inputTokens')
    }
  })

  it('knows embeddings and that they have no output', async () => {
    const embedded = expected.onlyCall((await run()).made['embedded']!)
    expect(embedded).toMatchObject({
      ...{ provider: 'openai', model: expected.EMBEDDING_MODEL, operation: 'embeddings', state: 'ok' },
      inputTokens: 3,
    })
    expect(embedded).not.toHaveProperty('outputTokens')
  })
})

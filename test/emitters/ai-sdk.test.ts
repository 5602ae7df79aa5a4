import { describe, expect, it } from 'vitest'
import * as expected from './expectations.js'
import { runProgram, type Run } from './run-program.js'

/*
 * The Vercel AI SDK's own telemetry. Around each model call it has a span of the whole generation, which carries the
 * same tokens; it calls the provider `openai.chat`.
 */
describe('AI SDK', () => {
  let running: Promise<Run> | undefined
  const run = () => (running ??= runProgram('ai-sdk', { protocol: 'http/protobuf', compression: 'gzip' }))

  it('shows each model call once, failed ones too, as long as it took', async () => {
    const { made, calls, complaints } = await run()
    expect(complaints).toBe('')
    expect(calls).toHaveLength(7)
    for (const call of Object.values(made)) expected.expectMeasuredTimes(call)
    expected.expectMetricsOf(await run())
    expected.expectNothingPrivate(await run())
  })

  it('knows provider, model and tokens of a plain call', async () => {
    const plain = expected.onlyCall((await run()).made['plain']!)
    expect(plain).toMatchObject({
      ...{ provider: 'openai', model: expected.ANSWERING_MODEL, operation: 'chat', state: 'ok' },
      ...{ streaming: false, ...expected.CHAT_TOKENS, ...expected.CHAT_TOKEN_DETAILS, finishReason: 'stop' },
    })
    expect(plain).not.toHaveProperty('timeToFirstToken')
  })

  it('knows the time to the first token of a streamed call, and its rate from there on', async () => {
    const streamed = expected.onlyCall((await run()).made['streamed']!)
    expect(streamed).toMatchObject({
      ...{ model: expected.ANSWERING_MODEL, streaming: true, state: 'ok', ...expected.CHAT_TOKENS },
      timeToFirstToken: expect.any(Number),
    })
    const { duration, timeToFirstToken, outputTokens, tokensPerSecond } = streamed
    expect(tokensPerSecond).toBeCloseTo((outputTokens! * 1000) / (duration! - timeToFirstToken!), 0)
  })

  it("counts an agent's two calls, not the agent", async () => {
    const { calls, served } = (await run()).made['agent']!
    expect(served).toHaveLength(2)
    expect(calls).toMatchObject([
      { state: 'ok', ...expected.CHAT_TOKENS, finishReason: 'tool-calls' },
      { state: 'ok', ...expected.CHAT_TOKENS, finishReason: 'stop' },
    ])
  })

  it('shows each generation as a request that its calls belong to', async () => {
    const { made, requests } = await run()
    expect(requests).toHaveLength(Object.keys(made).length)
    for (const { calls } of Object.values(made)) {
      const [request, ...others] = requests.filter(({ id }) =>
        calls.some(({ requestId }) => requestId === id),
      )
      expect(others).toEqual([])
      expect(request).toMatchObject({ kind: 'agent', state: calls[0]!.state, instance: 'ai-sdk' })
    }
  })

  it('shows why a call failed', async () => {
    const { refused, failed } = (await run()).made
    const errors = ['rate limit reached', 'the model failed']
    for (const [index, call] of [refused!, failed!].map(expected.onlyCall).entries()) {
      expect(call).toMatchObject({
        ...{ provider: 'openai', model: expected.ASKED_MODEL, state: 'error' },
        ...{ errorType: 'AI_APICallError', error: errors[index] },
      })
      expect(call).not.toHaveProperty('inputTokens')
    }
  })

  it('knows embeddings and their tokens', async () => {
    const embedded = expected.onlyCall((await run()).made['embedded']!)
    expect(embedded).toMatchObject({
      ...{ provider: 'openai', model: expected.EMBEDDING_MODEL, operation: 'embeddings', state: 'ok' },
      inputTokens: 3,
    })
    expect(embedded).not.toHaveProperty('outputTokens')
  })
})

import { describe, expect, it } from 'vitest'
import * as expected from './expectations.js'
import { runProgram, type Run } from './run-program.js'

/*
 * The openai client with OpenInference's instrumentation. It never ends the span of a call that fails, so that the
 * dashboard can't know of it; nor does it tell the tokens of streamed chats and of embeddings.
 */
describe('openai with OpenInference', () => {
  let running: Promise<Run> | undefined
  const run = () =>
    (running ??= runProgram('openai-openinference', { protocol: 'http/json', compression: 'gzip' }))

  it('shows each call that succeeded once, as long as it took', async () => {
    const { made, calls, requests, complaints } = await run()
    const { refused, failed, ...succeeded } = made
    expect(complaints).toBe('')
    expect(requests).toEqual([])
    expect(calls).toHaveLength(6)
    for (const call of Object.values(succeeded)) expected.expectMeasuredTimes(call)
    expect(refused).toMatchObject({ seen: { error: '429 rate limit reached' }, calls: [] })
    expect(failed).toMatchObject({ seen: { error: '500 the model failed' }, calls: [] })
    expected.expectMetricsOf(await run())
    expected.expectNothingPrivate(await run())
  })

  it('knows provider, model and tokens of a plain call', async () => {
    expect(expected.onlyCall((await run()).made['plain']!)).toMatchObject({
      ...{ provider: 'openai', model: expected.ANSWERING_MODEL, operation: 'chat', state: 'ok' },
      ...{ streaming: false, ...expected.CHAT_TOKENS, ...expected.CHAT_TOKEN_DETAILS, finishReason: 'stop' },
    })
  })

  it('knows the tokens of the Responses API, streamed too', async () => {
    const { response, responseStreamed } = (await run()).made
    for (const [index, call] of [response!, responseStreamed!].map(expected.onlyCall).entries()) {
      expect(call).toMatchObject({
        ...{ provider: 'openai', model: expected.ANSWERING_MODEL, operation: 'chat', state: 'ok' },
        ...{ streaming: index === 1, ...expected.CHAT_TOKENS, ...expected.CHAT_TOKEN_DETAILS },
      })
      expect(call).not.toHaveProperty('timeToFirstToken')
    }
  })

  it('knows which chats streamed, and leaves their tokens and first token unknown', async () => {
    const { streamed, streamedWithoutUsage } = (await run()).made
    for (const call of [streamed!, streamedWithoutUsage!].map(expected.onlyCall)) {
      expect(call).toMatchObject({ model: expected.ASKED_MODEL, streaming: true, state: 'ok' })
      for (const unknown of ['inputTokens', 'outputTokens', 'tokensPerSecond', 'timeToFirstToken']) {
        expect(call).not.toHaveProperty(unknown)
      }
    }
  })

  it('knows embeddings, but not their tokens', async () => {
    const embedded = expected.onlyCall((await run()).made['embedded']!)
    expect(embedded).toMatchObject({
      ...{ provider: 'openai', model: expected.EMBEDDING_MODEL, operation: 'embeddings', state: 'ok' },
    })
    expect(embedded).not.toHaveProperty('inputTokens')
  })
})

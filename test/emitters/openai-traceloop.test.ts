import { describe, expect, it } from 'vitest'
import * as expected from './expectations.js'
import { runProgram, type Run } from './run-program.js'

/*
 * The openai client with Traceloop's instrumentation. It never ends the span of a call that fails and does not look at
 * embeddings, so that the dashboard can't know of either; nor does it tell the tokens of streamed calls. Of a streamed
 * response it tells only how long it took to begin.
 */
describe('openai with Traceloop', () => {
  let running: Promise<Run> | undefined
  const run = () =>
    (running ??= runProgram('openai-traceloop', { protocol: 'http/json', compression: 'none' }))

  it('shows each chat and response that succeeded once, as long as it took', async () => {
    const { made, calls, requests, complaints } = await run()
    const { refused, failed, embedded, responseStreamed, ...others } = made
    expect(complaints).toBe('')
    expect(requests).toEqual([])
    expect(calls).toHaveLength(5)
    for (const call of Object.values(others)) expected.expectMeasuredTimes(call)
    expect(refused).toMatchObject({ seen: { error: '429 rate limit reached' }, calls: [] })
    expect(failed).toMatchObject({ seen: { error: '500 the model failed' }, calls: [] })
    expect(embedded).toMatchObject({ served: [{ status: 200 }], calls: [] })
    expected.expectMetricsOf(await run())
    expected.expectNothingPrivate(await run())
  })

  it('knows provider, model and tokens of a plain chat and a plain response', async () => {
    const { plain, response } = (await run()).made
    for (const call of [plain!, response!].map(expected.onlyCall)) {
      expect(call).toMatchObject({
        ...{ provider: 'openai', model: expected.ANSWERING_MODEL, operation: 'chat', state: 'ok' },
        ...{ ...expected.CHAT_TOKENS, finishReason: 'stop' },
      })
    }
  })

  it('leaves tokens and first token of streamed chats unknown', async () => {
    const { streamed, streamedWithoutUsage } = (await run()).made
    for (const call of [streamed!, streamedWithoutUsage!].map(expected.onlyCall)) {
      expect(call).toMatchObject({ model: expected.ANSWERING_MODEL, state: 'ok' })
      for (const unknown of ['inputTokens', 'outputTokens', 'tokensPerSecond', 'timeToFirstToken']) {
        expect(call).not.toHaveProperty(unknown)
      }
    }
  })

  it('shows a streamed response, which for its emitter is over as it begins', async () => {
    const responseStreamed = (await run()).made['responseStreamed']!
    const call = expected.onlyCall(responseStreamed)
    expect(call).toMatchObject({ provider: 'openai', model: expected.ASKED_MODEL, state: 'ok' })
    expect(call.duration).toBeLessThan(responseStreamed.served[0]!.duration)
    expect(call).not.toHaveProperty('outputTokens')
  })
})

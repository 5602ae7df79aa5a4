import { describe, expect, it } from 'vitest'
import * as expected from './expectations.js'
import { runProgram, type Run } from './run-program.js'

/*
 * The openai client with Traceloop's instrumentation. It never ends the span of a call that fails and does not look at
 * embeddings, so that the dashboard can't know of either; nor does it tell the tokens of streamed calls.
 */
describe('openai with Traceloop', () => {
  let running: Promise<Run> | undefined
  const run = () =>
    (running ??= runProgram('openai-traceloop', { protocol: 'http/json', compression: 'none' }))

  it('shows each chat that succeeded once, as long as it took', async () => {
    const { made, calls, complaints } = await run()
    const { refused, embedded, ...chats } = made
    expect(complaints).toBe('')
    expect(calls).toHaveLength(3)
    for (const call of Object.values(chats)) expected.expectMeasuredTimes(call)
    expect(refused).toMatchObject({ seen: { error: '429 rate limit reached' }, calls: [] })
    expect(embedded).toMatchObject({ served: [{ status: 200 }], calls: [] })
    expected.expectMetricsOf(await run())
    expected.expectNothingPrivate(await run())
  })

  it('knows provider, model and tokens of a plain call', async () => {
    expect(expected.onlyCall((await run()).made['plain']!)).toMatchObject({
      ...{ provider: 'openai', model: expected.ANSWERING_MODEL, operation: 'chat', state: 'ok' },
      ...{ ...expected.CHAT_TOKENS, finishReason: 'stop' },
    })
  })

  it('leaves tokens and first token of streamed calls unknown', async () => {
    const { streamed, streamedWithoutUsage } = (await run()).made
    for (const call of [streamed!, streamedWithoutUsage!].map(expected.onlyCall)) {
      expect(call).toMatchObject({ model: expected.ANSWERING_MODEL, state: 'ok' })
      for (const unknown of ['inputTokens', 'outputTokens', 'tokensPerSecond', 'timeToFirstToken']) {
        expect(call).not.toHaveProperty(unknown)
      }
    }
  })
})

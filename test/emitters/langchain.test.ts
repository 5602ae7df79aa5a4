import { describe, expect, it } from 'vitest'
import * as expected from './expectations.js'
import { runProgram, type Run } from './run-program.js'

/*
 * LangChain with OpenInference's instrumentation. Around each model call there are spans of the chain and its parts;
 * it names the model that was asked, says of no call that it streams, and puts a whole stack in a failed span's status.
 */
describe('LangChain with OpenInference', () => {
  let running: Promise<Run> | undefined
  const run = () => (running ??= runProgram('langchain', { protocol: 'http/protobuf', compression: 'none' }))

  it('shows each model call once, failed ones too, as long as it took', async () => {
    const { made, calls, complaints } = await run()
    expect(complaints).toBe('')
    expect(calls).toHaveLength(4)
    for (const call of Object.values(made)) expected.expectMeasuredTimes(call)
    expected.expectMetricsOf(await run())
    expected.expectNothingPrivate(await run())
  })

  it('knows provider, model, tokens and session of plain and streamed calls', async () => {
    const { plain, streamed } = (await run()).made
    for (const call of [plain!, streamed!].map(expected.onlyCall)) {
      expect(call).toMatchObject({
        ...{ provider: 'openai', model: expected.ASKED_MODEL, operation: 'chat', state: 'ok', session: 's1' },
        ...{ ...expected.CHAT_TOKENS, ...expected.CHAT_TOKEN_DETAILS, finishReason: 'stop' },
      })
      expect(call).not.toHaveProperty('timeToFirstToken')
    }
  })

  it('shows each run of the chain as a request that its call belongs to', async () => {
    const { made, requests } = await run()
    expect(requests).toHaveLength(Object.keys(made).length)
    for (const call of Object.values(made).map(expected.onlyCall)) {
      const request = requests.find(({ id }) => id === call.requestId)
      expect(request).toMatchObject({
        kind: 'agent',
        name: 'RunnableSequence',
        session: 's1',
        state: call.state,
      })
    }
  })

  it('shows why a call failed, in one line', async () => {
    const { refused, failed } = (await run()).made
    const errors = [/^429 rate limit reached.*$/, /^500 the model failed.*$/]
    for (const [index, call] of [refused!, failed!].map(expected.onlyCall).entries()) {
      expect(call).toMatchObject({
        ...{ provider: 'openai', model: expected.ASKED_MODEL, state: 'error', session: 's1' },
        ...{ errorType: expect.any(String), error: expect.stringMatching(errors[index]!) },
      })
      expect(call).not.toHaveProperty('inputTokens')
    }
  })
})

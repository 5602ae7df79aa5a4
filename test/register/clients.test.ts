import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallRecord } from '../../src/bus/protocol.js'
import { INPUT_TOKENS, OUTPUT_TOKENS, TEXT } from './model-replies.js'
import { startModelServer } from './model-server.js'
import type { Seen } from './programs/measure.js'
import { startApp, type App, type Dashboard } from './run-app.js'

/*
 * The official clients in an app that knows nothing of opswire. What they saw themselves is the truth.
 */
interface Made {
  seen: Seen
  call: CallRecord
}

/** Milliseconds. */
const TIME_TO_FIRST_TOKEN_WITHIN = 20

let app: App
let dashboard: Dashboard
beforeAll(async () => {
  const models = await startModelServer(afterAll)
  app = startApp('clients.js', { env: { MODEL_URL: models.url }, onEnd: afterAll })
  await app.message()
  dashboard = await app.dashboard()
  // What is loaded and compiled at the first call is not what is measured.
  for (const name of ['chatStream', 'messageStream', 'responseStream']) await makeMany(name, 'warm-up', 1)
})

function makeMany(name: string, model: string, times: number): Promise<Seen[]> {
  app.child.send({ name, model, times })
  return app.message<Seen[]>()
}

async function make(name: string, model: string): Promise<Made> {
  const known = (await dashboard.calls()).length
  const [seen] = await makeMany(name, model, 1)
  const newest = async (): Promise<CallRecord | undefined> => (await dashboard.calls())[known]
  await expect.poll(async () => (await newest())?.state ?? 'active').not.toBe('active')
  return { seen: seen!, call: (await newest())! }
}

/** The rate that the app saw: tokens over the time after the first one. */
function rateOf({ duration, firstTokenAfter }: Seen): number {
  return OUTPUT_TOKENS / ((duration - firstTokenAfter!) / 1000)
}

describe('a streamed call', () => {
  for (const name of ['chatStream', 'responseStream', 'messageStream']) {
    it(`of ${name} shows its first token within 20 ms of the truth and its reported rate within 5 %`, async () => {
      const { seen, call } = await make(name, 'm-1')
      expect(seen).toMatchObject({ text: TEXT })
      expect(call).toMatchObject({
        model: 'm-1',
        state: 'ok',
        streaming: true,
        source: 'fetch',
        httpStatus: 200,
        inputTokens: INPUT_TOKENS,
        outputTokens: OUTPUT_TOKENS,
      })
      expect(call).not.toHaveProperty('estimated')
      expect(Math.abs(call.timeToFirstToken! - seen.firstTokenAfter!)).toBeLessThan(
        TIME_TO_FIRST_TOKEN_WITHIN,
      )
      expect(Math.abs(call.tokensPerSecond! / rateOf(seen) - 1)).toBeLessThan(0.05)
    })
  }

  for (const name of ['chatStream', 'responseStream']) {
    it(`of ${name} without reported usage shows an estimated rate within 25 %`, async () => {
      const { seen, call } = await make(name, 'm-no-usage')
      expect(call).toMatchObject({ state: 'ok', estimated: true })
      expect(Math.abs(call.tokensPerSecond! / rateOf(seen) - 1)).toBeLessThan(0.25)
    })
  }

  it('shows its tokens while it runs', async () => {
    const over = makeMany('chatStream', 'm-live', 1)
    await expect
      .poll(async () => (await dashboard.calls()).find(({ model }) => model === 'm-live'))
      .toMatchObject({
        state: 'active',
        estimated: true,
        outputTokens: expect.any(Number),
        timeToFirstToken: expect.any(Number),
      })
    await over
  })

  it.each(['aborted', 'left'])('that the app %s is cancelled', async (name) => {
    const { call } = await make(name, 'm-1')
    expect(call).toMatchObject({ state: 'cancelled', timeToFirstToken: expect.any(Number) })
    expect(call.outputTokens).toBeLessThan(OUTPUT_TOKENS)
  })

  it('that loses its connection has failed', async () => {
    const { seen, call } = await make('chatStream', 'cut')
    expect(seen.error).toBeDefined()
    expect(call).toMatchObject({ state: 'error', httpStatus: 200, error: expect.any(String) })
  })

  it('is one of fifty at once, each with its own figures', async () => {
    const seen = await makeMany('chatStream', 'm-50', 50)
    const calls = (await dashboard.calls()).filter(({ model }) => model === 'm-50')
    expect(calls).toHaveLength(50)
    expect(new Set(calls.map(({ id }) => id)).size).toBe(50)
    for (const call of calls) expect(call).toMatchObject({ state: 'ok', outputTokens: OUTPUT_TOKENS })
    // From fifty made in one turn the app sees the time that it takes to make them, too: moments are compared.
    const shown = calls.map(({ firstTokenAt }) => firstTokenAt!).sort((a, b) => a - b)
    const truth = seen.map(({ firstTokenAt }) => firstTokenAt!).sort((a, b) => a - b)
    const apart = shown.map((moment, index) => Math.abs(moment - truth[index]!))
    expect(apart.reduce((sum, each) => sum + each, 0) / 50).toBeLessThan(TIME_TO_FIRST_TOKEN_WITHIN)
  })
})

describe('a call in one piece', () => {
  for (const name of ['chat', 'response', 'message']) {
    it(`of ${name} shows model, tokens and duration`, async () => {
      const { seen, call } = await make(name, 'm-1')
      expect(call).toMatchObject({
        state: 'ok',
        streaming: false,
        inputTokens: INPUT_TOKENS,
        outputTokens: OUTPUT_TOKENS,
      })
      expect(call).not.toHaveProperty('timeToFirstToken')
      expect(Math.abs(call.duration! - seen.duration)).toBeLessThan(TIME_TO_FIRST_TOKEN_WITHIN)
    })
  }

  it.each([
    ['limit', 429],
    ['fail', 500],
  ])('that is refused as %s shows its status and what the provider said', async (model, httpStatus) => {
    for (const name of ['chat', 'message']) {
      const { seen, call } = await make(name, model)
      expect(seen.error).toContain(String(httpStatus))
      expect(call).toMatchObject({ state: 'error', httpStatus, errorType: expect.any(String) })
    }
    const lines = (await dashboard.lines()).filter(({ message }) => message.includes(model))
    expect(lines.map(({ level, source }) => [level, source])).toEqual([
      ['error', 'model'],
      ['error', 'model'],
    ])
  })

  it('that finds nobody listening has failed, and the app gets the error it would get', async () => {
    const { seen, call } = await make('refused', 'm-1')
    expect(seen.error).toBe('APIConnectionError: Connection error.')
    expect(call).toMatchObject({ state: 'error', errorType: 'ECONNREFUSED' })
  })
})

it('never keeps what was said, neither prompts nor answers', async () => {
  const snapshot = await dashboard.text('/api/snapshot')
  expect(snapshot).toContain('m-1')
  expect(snapshot).not.toMatch(/secret|gateway keeps|provider answers/)
})

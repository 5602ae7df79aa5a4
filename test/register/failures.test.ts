import { expect, it } from 'vitest'
import type { CallRecord } from '../../src/bus/protocol.js'
import { startModelServer } from './model-server.js'
import { startApp, type AppOptions } from './run-app.js'

const CLIENTS = ['fetch', 'undici', 'http', 'https']

it('a call that fails or is given up, by whichever client, ends the same for the app, and is shown as what it was', async () => {
  const models = await startModelServer()
  const run = async (options: AppOptions) => {
    const env = { MODEL_URL: models.url, TLS_URL: models.tlsUrl, NODE_NO_WARNINGS: '1' }
    const app = startApp('failures.js', { ...options, env, flags: ['--unhandled-rejections=strict'] })
    await app.message()
    app.child.send('go')
    return { app, came: await app.message<Record<string, unknown>>() }
  }
  const [plain, watched] = await Promise.all([run({ imports: [] }), run({})])
  expect(Object.keys(plain.came)).toHaveLength(CLIENTS.length * 6)
  expect(watched.came).toEqual(plain.came)

  const dashboard = await watched.app.dashboard()
  await expect.poll(async () => (await dashboard.metrics()).gauges['activeCalls']).toBe(0)
  const calls = await dashboard.calls()
  const shown = (model: string): Partial<CallRecord>[] => calls.filter((call) => call.model === model)
  for (const client of CLIENTS) {
    const source = client === 'https' ? 'http' : client
    const refused = { state: 'error', source }
    expect(shown(`${client}-limit`), client).toMatchObject([
      { ...refused, httpStatus: 429, error: 'rate limit' },
    ])
    expect(shown(`${client}-fail`), client).toMatchObject([
      { ...refused, httpStatus: 500, error: 'out of order' },
    ])
    expect(shown(`${client}-refused`), client).toMatchObject([{ ...refused, errorType: 'ECONNREFUSED' }])
    for (const what of ['left', 'dismissed']) {
      const [call] = shown(`${client}-${what}-held`)
      expect(call, `${client} ${what}`).toMatchObject({ state: 'cancelled', source, httpStatus: 200 })
      expect(call!.timeToFirstToken, client).toBeGreaterThan(0)
    }
  }
  const cut = shown('cut')
  expect(cut.map(({ source }) => source).sort()).toEqual(['fetch', 'http', 'http', 'undici'])
  for (const call of cut) {
    expect(call).toMatchObject({ state: 'error', httpStatus: 200, error: expect.any(String) })
    expect(call.outputTokens).toBeGreaterThan(0)
  }
  expect((await dashboard.metrics()).counters).not.toHaveProperty('faults')
})

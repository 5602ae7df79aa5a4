import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps, type Ops } from '../../src/index.js'
import { sendError } from '../../src/server/errors.js'
import opswire from '../../src/server/fastify.js'
import { ingestRoute } from '../../src/server/routes/ingest.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { startHost } from '../helpers/host.js'
import { ingest, ndjson, toLines } from '../helpers/ingest.js'

const gauges = (count: number, from = 0): object[] =>
  Array.from({ length: count }, (_, i) => ({ type: 'gauge', name: 'last', value: from + i }))
const last = (ops: Ops): number | undefined => ops.metrics().gauges['last']

/** A host that takes so many messages per second of a clock that moves only when the test says so. */
async function startLimited(
  rate?: number,
): Promise<{ clock: FakeClock; ops: Ops; app: FastifyInstance; url: string }> {
  const clock = new FakeClock()
  const ops = createOps({ service: 'host' })
  const app = Fastify()
  app.setErrorHandler(sendError)
  await app.register(async (scope) => ingestRoute(scope, ops, { clock, ...(rate !== undefined && { rate }) }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    await app.close()
    ops.close()
  })
  return { clock, ops, app, url }
}

describe('more messages per second than the limit', () => {
  it('are answered 429 with the time to wait, and taken after it', async () => {
    const { clock, ops, url } = await startLimited(10)
    expect(await ingest(url, gauges(10))).toMatchObject({ status: 200, accepted: 10 })
    for (const [body, headers] of [
      [gauges(1, 10), {}],
      [toLines(gauges(1, 10)), ndjson],
    ] as const) {
      const { status, headers: answered, error, accepted } = await ingest(url, body, headers)
      expect([status, answered['retry-after'], error?.code]).toEqual([429, '1', 'OPS_RATE'])
      expect(error?.message).toContain('Over 10 messages per second')
      expect(accepted).toBeUndefined()
    }
    expect(last(ops)).toBe(9)
    clock.advance(1000)
    expect(await ingest(url, gauges(1, 10))).toMatchObject({ status: 200, accepted: 1 })
    expect(last(ops)).toBe(10)
  })

  it('count whatever becomes of them', async () => {
    const { url } = await startLimited(3)
    expect(await ingest(url, [{ type: 'nothing' }, 5, null])).toMatchObject({ status: 200, accepted: 0 })
    expect((await ingest(url, gauges(1))).status).toBe(429)
  })

  it.each([
    ['lines', toLines(gauges(1000)), ndjson],
    ['an array', gauges(1000), {}],
  ])(
    'in one body of %s are taken in order, no faster than the limit, and none is lost',
    async (_form, body, headers) => {
      const { clock, ops, url } = await startLimited(100)
      const answer = ingest(url, body, headers)
      // What is begun goes on to the end of its step of 32.
      for (let seconds = 0; seconds < 9; seconds++) {
        const due = 100 * (seconds + 1)
        await expect.poll(() => last(ops) ?? 0).toBeGreaterThanOrEqual(due - 1)
        await expect.poll(() => clock.pending).toBeGreaterThan(0)
        expect(last(ops)).toBeLessThan(due + 32)
        clock.advance(1000)
      }
      expect(await answer).toMatchObject({ status: 200, accepted: 1000, rejected: [] })
      expect(last(ops)).toBe(999)
    },
  )

  it('that wait do not hold the close of their host up, and are taken', async () => {
    const { clock, app, ops, url } = await startLimited(1)
    const answer = ingest(url, gauges(500))
    await expect.poll(() => last(ops)).toBeGreaterThan(0)
    await expect.poll(() => clock.pending).toBeGreaterThan(0)
    expect(last(ops)).toBeLessThan(499)
    await app.close()
    expect(await answer).toMatchObject({ status: 200, accepted: 500 })
  })
})

describe('the limit', () => {
  it('is far above 10,000 lines a second by itself', async () => {
    const { url } = await startLimited()
    expect(await ingest(url, toLines(gauges(40_000)), ndjson)).toMatchObject({
      status: 200,
      accepted: 40_000,
    })
    expect((await ingest(url, gauges(1))).status).toBe(200)
  })

  it('is an option of the plugin', async () => {
    const { url } = await startHost({ plugin: { http: false, log: false, ingest: { rate: 1 } } })
    expect((await ingest(`${url}/ops`, gauges(30))).status).toBe(200)
    expect(await ingest(`${url}/ops`, gauges(1))).toMatchObject({ status: 429 })
  })

  it.each([
    [{ rate: 0 }, 'The ingest option rate does not accept 0; it takes a whole number of messages per second'],
    [{ speed: 5 }, 'Unknown ingest option "speed"; accepted are rate.'],
    [null, 'The option ingest does not accept null; it takes true, false, or an object of options.'],
    ['yes', 'The option ingest does not accept "yes"'],
  ])('%j is refused with what is accepted', async (option, message) => {
    const app = Fastify()
    const ops = createOps({ service: 'host' })
    onTestFinished(() => ops.close())
    await expect(app.register(opswire, { ops, ingest: option as never })).rejects.toThrow(message)
  })
})

import Fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../src/index.js'
import { otlpIntakeOf } from '../../src/server/otlp/intake.js'
import { otlpRoutes } from '../../src/server/routes/otlp.js'
import { noteMessages } from '../helpers/bus-notes.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { FORMS, post, toLogs, toMetrics, toNano, toTraces, TYPES } from '../helpers/otlp.js'

/** A server that takes so many items per second of a clock that moves only when the test says so. */
async function startLimited(rate: number) {
  const clock = new FakeClock()
  const ops = createOps({ service: 'host', instance: 'i1' })
  const app = Fastify()
  await app.register((scope, _options, done) => {
    otlpRoutes(scope, otlpIntakeOf(ops, { rate }, clock))
    done()
  })
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    await app.close()
    ops.close()
  })
  return { clock, base, notes: noteMessages(ops) }
}

const lines = (count: number, from = 0) =>
  toLogs(Array.from({ length: count }, (_, i) => ({ body: `line ${from + i}` })))

describe('more than the limit of items per second', () => {
  it.each(FORMS)('is answered 429 in the form of the request, and nothing is recorded: %s', async (form) => {
    const { base, notes } = await startLimited(10)
    expect((await post(base, 'logs', lines(10), { form })).status).toBe(200)
    const { status, headers, body } = await post(base, 'logs', lines(1, 10), { form })
    expect(status).toBe(429)
    expect(headers['retry-after']).toBe('1')
    expect(headers['content-type']).toBe(TYPES[form])
    if (form === 'json')
      expect(JSON.parse(body)).toEqual({ code: 8, message: expect.stringContaining('10') as string })
    else {
      expect(Buffer.from(body).subarray(0, 3)).toEqual(Buffer.from([0x08, 8, 0x12]))
      expect(body).toContain('Over 10 items per second')
    }
    expect(notes.of('log')).toHaveLength(10)
  })

  it('is taken when it comes again after the time that it was told to wait', async () => {
    const { base, notes, clock } = await startLimited(10)
    await post(base, 'logs', lines(35))
    const refused = await post(base, 'logs', lines(1, 35))
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3'])
    clock.advance(2500)
    expect((await post(base, 'logs', lines(1, 35))).status).toBe(429)
    clock.advance(500)
    expect((await post(base, 'logs', lines(1, 35))).status).toBe(200)
    expect(notes.of('log').map(({ message }) => message)).toEqual(
      Array.from({ length: 36 }, (_, i) => `line ${i}`),
    )
  })

  it('is counted over all signals, with what is rejected or not used', async () => {
    const { base, clock } = await startLimited(4)
    const point = { timeUnixNano: toNano(Date.now()), asInt: '1' }
    const unused = { name: 'other', gauge: { dataPoints: [point, point] } }
    const statuses = async () => {
      const answers = [
        await post(base, 'metrics', toMetrics([unused])),
        await post(base, 'traces', toTraces([{ id: 'a' }, { traceId: '', spanId: '' }])),
        await post(base, 'logs', lines(1)),
      ]
      return answers.map(({ status }) => status)
    }
    expect(await statuses()).toEqual([200, 200, 429])
    clock.advance(60_000)
    expect(await statuses()).toEqual([200, 200, 429])
  })

  it('does not take from others by bodies that are malformed', async () => {
    const { base } = await startLimited(1)
    for (let i = 0; i < 3; i++) {
      expect((await post(base, 'logs', { resourceLogs: 5 }, { form: 'json' })).status).toBe(400)
    }
    expect((await post(base, 'logs', lines(1))).status).toBe(200)
  })
})

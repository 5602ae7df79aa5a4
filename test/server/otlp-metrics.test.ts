import { describe, expect, it } from 'vitest'
import { FORMS, toAttributes, toMetrics, toNano, type Attributes } from '../helpers/otlp.js'
import { startOtlpHost } from '../helpers/otlp-host.js'

const now = Date.now()
const point = (
  value: number,
  attributes: Attributes = {},
  { start = now - 1000, time = now } = {},
): object => ({
  attributes: toAttributes(attributes),
  startTimeUnixNano: toNano(start),
  timeUnixNano: toNano(time),
  ...(Number.isInteger(value) ? { asInt: String(value) } : { asDouble: value }),
})
const gauge = (name: string, ...dataPoints: object[]): object => ({ name, unit: '1', gauge: { dataPoints } })
const sum = (name: string, temporality: 1 | 2, isMonotonic: boolean, ...dataPoints: object[]): object => ({
  name,
  sum: { dataPoints, aggregationTemporality: temporality, isMonotonic },
})
const DELTA = 1
const CUMULATIVE = 2
/** After the intake began to look. */
const LATER = { start: now + 60_000 }

const map = { queueDepth: 'app.queue.depth', 'app.jobs': 'app.jobs.done' }

describe.each(FORMS)('metrics, as %s,', (form) => {
  it('become gauges: the sum over all attributes of one moment', async () => {
    const host = await startOtlpHost({ map })
    const old = point(100, { lane: 'gone' }, { time: now - 60_000 })
    const depth = gauge('app.queue.depth', point(3, { lane: 'a' }), point(1.5, { lane: 'b' }), old)
    await host.export('metrics', toMetrics([depth]), { form })
    expect(host.of('gauge')).toEqual([{ name: 'queueDepth', value: 4.5 }])
    expect(host.ops.metrics().gauges['queueDepth']).toBe(4.5)
  })

  it('are counted as unused unless they are named', async () => {
    const host = await startOtlpHost({ map })
    const histogram = {
      name: 'app.latency',
      histogram: { dataPoints: [point(1), point(2)], aggregationTemporality: 2 },
    }
    const withoutSum = { ...histogram, name: 'app.jobs.done' }
    const metrics = [gauge('other', point(1), point(2)), histogram, withoutSum]
    await host.export('metrics', toMetrics(metrics), { form })
    expect(host.of('counter')).toEqual([{ name: 'otlpUnused', add: 6 }])
    expect(host.ops.metrics().counters['otlpUnused']).toBe(6)
    expect(host.of('gauge')).toEqual([])
  })
})

interface Measured {
  count: number
  sum: number
  start?: number
  attributes?: Attributes
}
const distribution = (
  kind: 'histogram' | 'exponentialHistogram' | 'summary',
  temporality: 1 | 2,
  ...points: Measured[]
): object => ({
  name: 'app.queue.depth',
  [kind]: {
    aggregationTemporality: temporality,
    dataPoints: points.map(({ count, sum, start = now - 1000, attributes = {} }) => ({
      startTimeUnixNano: toNano(start),
      timeUnixNano: toNano(now),
      count: String(count),
      sum,
      attributes: toAttributes(attributes),
    })),
  },
})

describe.each(FORMS)('a named histogram, as %s,', (form) => {
  const start = async () => {
    const host = await startOtlpHost({ map })
    return {
      send: (...metrics: object[]) => host.export('metrics', toMetrics(metrics), { form }),
      values: () => host.of('gauge').map(({ value }) => value),
      host,
    }
  }

  it.each(['histogram', 'exponentialHistogram'] as const)(
    'is the mean of each interval when it tells intervals: %s',
    async (kind) => {
      const { send, values, host } = await start()
      const lane = (name: string) => ({ attributes: { 'openclaw.lane': name } })
      await send(
        distribution(kind, DELTA, { count: 3, sum: 6, ...lane('a') }, { count: 1, sum: 10, ...lane('b') }),
      )
      await send(distribution(kind, DELTA, { count: 2, sum: 1, ...lane('a') }))
      await send(distribution(kind, DELTA, { count: 0, sum: 0, ...lane('a') }))
      expect(values()).toEqual([4, 0.5])
      expect(host.ops.metrics().gauges['queueDepth']).toBe(0.5)
    },
  )

  it.each(['histogram', 'exponentialHistogram', 'summary'] as const)(
    'is the mean since the point before when it tells totals: %s',
    async (kind) => {
      const { send, values } = await start()
      await send(distribution(kind, CUMULATIVE, { count: 4, sum: 8 }))
      await send(distribution(kind, CUMULATIVE, { count: 6, sum: 20 }))
      await send(distribution(kind, CUMULATIVE, { count: 6, sum: 20 }))
      await send(distribution(kind, CUMULATIVE, { count: 7, sum: 20 }))
      expect(values()).toEqual([2, 6, 0])
    },
  )

  it.each([
    ['fewer measurements', { count: 2, sum: 2 }],
    ['a new start', { count: 9, sum: 9, start: now - 10 }],
  ])('that began anew (%s) is the mean since then', async (_name, restarted) => {
    const { send, values } = await start()
    await send(distribution('histogram', CUMULATIVE, { count: 8, sum: 80 }))
    await send(distribution('histogram', CUMULATIVE, restarted))
    expect(values()).toEqual([10, 1])
  })
})

describe('a named metric', () => {
  it('that goes up and down is a gauge, whether it tells totals or changes', async () => {
    const host = await startOtlpHost({ map })
    await host.export('metrics', toMetrics([sum('app.queue.depth', CUMULATIVE, false, point(7))]))
    await host.export('metrics', toMetrics([sum('app.queue.depth', CUMULATIVE, false, point(5))]))
    await host.export(
      'metrics',
      toMetrics([sum('app.queue.depth', DELTA, false, point(-2), point(3, { lane: 'b' }))]),
    )
    expect(host.of('gauge').map(({ value }) => value)).toEqual([7, 5, 6])
  })

  it('of several processes is the sum over them', async () => {
    const host = await startOtlpHost({ map })
    for (const [id, value] of [
      ['a', 2],
      ['b', 5],
      ['a', 1],
    ] as const) {
      const resource = { 'service.instance.id': id }
      await host.export('metrics', toMetrics([gauge('app.queue.depth', point(value))], { resource }))
    }
    expect(host.of('gauge').map(({ value }) => value)).toEqual([2, 7, 6])
  })

  it('that counts in increments adds them', async () => {
    const host = await startOtlpHost({ map })
    await host.export(
      'metrics',
      toMetrics([sum('app.jobs.done', DELTA, true, point(3), point(4, { kind: 'b' }))]),
    )
    await host.export('metrics', toMetrics([sum('app.jobs.done', DELTA, true, point(0))]))
    expect(host.of('counter')).toEqual([{ name: 'app.jobs', add: 7 }])
  })

  it('that counts in totals adds what came since the last one, by its attributes', async () => {
    const host = await startOtlpHost({ map })
    const send = (...points: object[]) =>
      host.export('metrics', toMetrics([sum('app.jobs.done', CUMULATIVE, true, ...points)]))
    await send(point(1000, { kind: 'a' }), point(10, { kind: 'b', x: 1 }))
    expect(host.of('counter')).toEqual([])
    await send(point(1005, { kind: 'a' }), point(11, { x: 1, kind: 'b' }))
    expect(host.of('counter')).toEqual([{ name: 'app.jobs', add: 6 }])
  })

  it('that counts in totals is not counted again when an earlier total comes late, or once more', async () => {
    const host = await startOtlpHost({ map })
    const at = (value: number, time: number) =>
      host.export(
        'metrics',
        toMetrics([sum('app.jobs.done', CUMULATIVE, true, point(value, {}, { start: now - 9000, time }))]),
      )
    await at(100, now - 3000)
    await at(110, now - 1000)
    await at(105, now - 2000)
    await at(110, now - 1000)
    await at(112, now)
    expect(host.of('counter').map(({ add }) => add)).toEqual([10, 2])
  })

  it('that counts in totals of more series than are remembered adds none twice, and says so', async () => {
    const host = await startOtlpHost({ map })
    const name = 'x'.repeat(1200)
    const send = async (total: number): Promise<void> => {
      for (let body = 0; body < 6; body++) {
        const points = Array.from({ length: 1000 }, (_, i) =>
          point(total, { [name]: `${name}${body * 1000 + i}` }, LATER),
        )
        await host.export('metrics', toMetrics([sum('app.jobs.done', CUMULATIVE, true, ...points)]))
      }
    }
    await send(1)
    await send(3)
    const { counters } = host.ops.metrics()
    expect([counters['app.jobs'], counters['otlpUnused']]).toEqual([5000 * 3, 2000])
  })

  it('that began while this process looked counts from its first total', async () => {
    const host = await startOtlpHost({ map })
    await host.export('metrics', toMetrics([sum('app.jobs.done', CUMULATIVE, true, point(4, {}, LATER))]))
    expect(host.of('counter')).toEqual([{ name: 'app.jobs', add: 4 }])
  })

  it.each([
    ['a smaller total', point(3)],
    ['a new start', point(3, {}, { start: now - 10 })],
  ])('that began anew (%s) adds its whole total', async (_name, restarted) => {
    const host = await startOtlpHost({ map })
    const send = (each: object) =>
      host.export('metrics', toMetrics([sum('app.jobs.done', CUMULATIVE, true, each)]))
    await send(point(5))
    await send(restarted)
    expect(host.of('counter')).toEqual([{ name: 'app.jobs', add: 3 }])
  })

  it('may become several', async () => {
    const host = await startOtlpHost({ map: { a: 'm', b: 'm' } })
    await host.export('metrics', toMetrics([gauge('m', point(2))]))
    expect(host.of('gauge')).toEqual([
      { name: 'a', value: 2 },
      { name: 'b', value: 2 },
    ])
  })

  it('without a value changes nothing', async () => {
    const host = await startOtlpHost({ map })
    const noValue = { timeUnixNano: toNano(now), flags: 1, asInt: '5' }
    const notANumber = { timeUnixNano: toNano(now), asDouble: 'NaN' }
    await host.export('metrics', toMetrics([gauge('app.queue.depth', noValue, notANumber)]), { form: 'json' })
    expect(host.of('gauge')).toEqual([])
    expect(host.of('counter')).toEqual([{ name: 'otlpUnused', add: 2 }])
  })

  it('may have its name behind its points', async () => {
    const host = await startOtlpHost({ map })
    for (const form of FORMS) {
      await host.export(
        'metrics',
        toMetrics([{ gauge: { dataPoints: [point(2)] }, name: 'app.queue.depth' }]),
        { form },
      )
    }
    expect(host.of('gauge').map(({ value }) => value)).toEqual([2, 2])
  })
})

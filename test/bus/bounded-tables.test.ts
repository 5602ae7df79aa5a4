import { describe, expect, it } from 'vitest'
import { toLimits } from '../../src/bus/limits.js'
import { Ring } from '../../src/bus/ring.js'
import { createTestOps } from '../helpers/test-ops.js'

describe('the ring', () => {
  it('keeps the newest values in order and gives back the one that leaves', () => {
    const ring = new Ring<number>(3)
    expect([1, 2, 3, 4, 5].map((value) => ring.push(value))).toEqual([undefined, undefined, undefined, 1, 2])
    expect(ring.toArray()).toEqual([3, 4, 5])
    expect(ring.toArray(2)).toEqual([4, 5])
    expect(ring.toArray(0)).toEqual([])
  })

  it('refuses a capacity that is no whole number from 1', () => {
    expect(() => new Ring(0)).toThrow('whole number from 1, not 0')
    expect(() => new Ring(1.5)).toThrow('not 1.5')
  })
})

describe('limits', () => {
  it('have the documented defaults', () => {
    expect(toLimits()).toMatchObject({
      logLines: 1000,
      finishedRequests: 200,
      finishedCalls: 200,
      active: 5000,
      seriesPoints: 200,
    })
  })

  it('name a bound that is wrong or unknown, and what is accepted', () => {
    expect(() => toLimits({ logLines: -1 })).toThrow(
      'The limit logLines must be a whole number from 1, not -1.',
    )
    expect(() => toLimits({ lines: 1 } as never)).toThrow(/Unknown limit "lines"; accepted are logLines, /)
  })
})

describe('the live state keeps no more than its limits', () => {
  it('of log lines', () => {
    const { ops } = createTestOps()
    for (let i = 0; i < 1200; i++) ops.log('info', 'test', `line ${i}`)
    const lines = ops.logLines()
    expect(lines).toHaveLength(1000)
    expect([lines[0]?.message, lines.at(-1)?.message]).toEqual(['line 200', 'line 1199'])
  })

  it('of ended requests and calls', () => {
    const { ops } = createTestOps()
    for (let i = 0; i < 250; i++) {
      ops.startRequest().end()
      ops.startCall({ provider: 'p', model: 'm' }).end()
    }
    expect(ops.requests()).toHaveLength(200)
    expect(ops.calls()).toHaveLength(200)
  })

  it('of work in flight: the oldest ends as stale, is sent so, and is corrected by a late end', () => {
    const { ops, deltas } = createTestOps({ limits: { active: 3 } })
    const oldest = ops.startRequest({ name: 'oldest' })
    for (let i = 0; i < 3; i++) ops.startRequest()
    expect(deltas.at(-2)).toMatchObject({
      topic: 'request',
      item: { phase: 'end', id: oldest.id, state: 'stale' },
    })
    expect(ops.metrics().gauges['activeRequests']).toBe(3)
    expect(ops.metrics().counters['evicted']).toBe(1)
    oldest.end()
    expect(deltas.at(-1)).toMatchObject({ item: { phase: 'end', id: oldest.id, state: 'ok' } })
    expect(ops.requests().filter(({ id }) => id === oldest.id)).toMatchObject([{ state: 'ok' }])
    expect(ops.metrics().counters['requests']).toBe(1)
  })

  it('of 10,000 starts without an end, and says how many had to leave', () => {
    const { ops } = createTestOps()
    for (let i = 0; i < 10_000; i++) {
      ops.startCall({ provider: 'p', model: 'm' })
      ops.startRequest()
    }
    const { gauges, counters } = ops.metrics()
    expect(gauges).toMatchObject({ activeCalls: 5000, activeRequests: 5000 })
    expect(counters['evicted']).toBe(10_000)
    expect(ops.calls()).toHaveLength(5200)
  })

  it('of automatic requests that a busy host holds back from the feed', () => {
    const { ops } = createTestOps({ limits: { active: 500 } })
    for (let i = 0; i < 1300; i++) ops.startRequest({ automatic: true })
    expect(ops.metrics().gauges['activeRequests']).toBe(700)
    expect(ops.metrics().counters['evicted']).toBe(600)
  })

  it('of series points: 200, ten minutes', () => {
    const { ops, clock } = createTestOps()
    clock.advance(700_000)
    expect(ops.snapshot().series?.columns['queueDepth']).toHaveLength(200)
  })

  it('of names of counters, gauges, models, channels', () => {
    const { ops } = createTestOps()
    for (let i = 0; i < 1000; i++) {
      ops.counter(`c${i}`).add()
      ops.gauge(`g${i}`).set(i)
      ops.startCall({ provider: 'p', model: `m${i}` }).end()
      ops.setChannel(`ch${i}`, { state: 'connected' })
    }
    const metrics = ops.metrics()
    expect(Object.keys(metrics.counters).length).toBeLessThanOrEqual(202)
    expect(Object.keys(metrics.gauges).length).toBeLessThanOrEqual(204)
    expect(metrics.calls['15m'].models.length).toBeLessThanOrEqual(202)
    expect(metrics.calls['15m'].total).toBe(1000)
    expect(metrics.calls['15m'].models.find(({ model }) => model === 'other')?.total).toBe(800)
    expect(metrics.counters['modelOverflow']).toBe(800)
    expect(ops.channels()).toHaveLength(200)
  })
})

import { describe, expect, it } from 'vitest'
import { createTestOps } from '../helpers/test-ops.js'

describe('metrics', () => {
  it('begin with the built-in figures at 0 and unknown ones absent', () => {
    const { ops, clock } = createTestOps()
    clock.advance(1500)
    const metrics = ops.metrics()
    expect(metrics).toMatchObject({
      uptime: 1500,
      instance: 'i1',
      counters: { messagesProcessed: 0, errors: 0, requests: 0, calls: 0 },
      gauges: { activeSessions: 0, queueDepth: 0, activeRequests: 0, activeCalls: 0 },
      requests: { rate: 0, latency: { count: 0 } },
      feed: {
        viewers: 0,
        lagging: 0,
        bytesPerSecond: 0,
        messagesPerSecond: 0,
        dropped: 0,
        sampled: 0,
        gaps: 0,
      },
    })
    expect(metrics.calls['5m']).not.toHaveProperty('errorRate')
    expect(metrics.calls['5m'].latency).toEqual({ count: 0 })
  })

  it('take counters and gauges of the host, which may add to and replace the built-in ones', () => {
    const { ops } = createTestOps()
    ops.counter('messagesProcessed').add(5)
    ops.counter('cacheHits').add()
    ops.counter('cacheHits').add(2)
    let depth = 3
    ops.gauge('queueDepth', () => depth)
    ops.gauge('temperature').set(21.5)
    depth = 9
    expect(ops.metrics().counters).toMatchObject({ messagesProcessed: 5, cacheHits: 3 })
    expect(ops.metrics().gauges).toMatchObject({ queueDepth: 9, temperature: 21.5 })
  })

  it('leave out a gauge whose callback throws, and log that once', () => {
    const { ops, clock } = createTestOps()
    ops.gauge('queueDepth', () => {
      throw new Error('no queue yet')
    })
    ops.gauge('text', () => 'many' as never)
    clock.advance(30_000)
    expect(ops.metrics().gauges).not.toHaveProperty('queueDepth')
    expect(ops.metrics().gauges).not.toHaveProperty('text')
    expect(ops.logLines().map(({ level, source, message }) => [level, source, message])).toEqual([
      ['warn', 'opswire', 'The gauge "queueDepth" threw: no queue yet (logged once)'],
      [
        'warn',
        'opswire',
        'The gauge "text" threw: a gauge must give a finite number, not many (logged once)',
      ],
    ])
    expect(ops.metrics().counters['faults']).toBeGreaterThan(10)
  })

  it('count the distinct sessions of 5 minutes and the queued requests', () => {
    const { ops, clock } = createTestOps()
    ops.startRequest({ session: 'a', activity: 'queued' })
    ops.startRequest({ session: 'b', activity: 'queued' }).update({ activity: 'working' })
    ops.startRequest({ session: 'a' })
    expect(ops.metrics().gauges).toMatchObject({ activeSessions: 2, queueDepth: 1 })
    clock.advance(200_000)
    ops.startCall({ provider: 'p', model: 'm', session: 'b' })
    clock.advance(150_000)
    expect(ops.metrics().gauges['activeSessions']).toBe(1)
  })

  it('keep calls in windows of 1, 5 and 15 minutes, by model and by provider', () => {
    const { ops, clock } = createTestOps()
    const callFor = (provider: string, model: string, duration: number, fail = false): void => {
      const call = ops.startCall({ provider, model })
      clock.advance(duration)
      if (fail) call.fail(new Error('x'))
      else call.end({ inputTokens: 100, outputTokens: 10 })
    }
    callFor('a', 'big', 1000)
    callFor('a', 'small', 100)
    callFor('b', 'other', 500, true)
    const running = ops.startCall({ provider: 'b', model: 'other' })
    let { '1m': minute } = ops.metrics().calls
    expect(minute).toMatchObject({ total: 3, errors: 1, inputTokens: 200, outputTokens: 20 })
    expect(minute.errorRate).toBeCloseTo(1 / 3)
    expect(minute.latency).toMatchObject({ count: 2, mean: 550, max: 1000 })
    expect(minute.models.map(({ provider, model, total }) => [provider, model, total])).toEqual([
      ['a', 'big', 1],
      ['a', 'small', 1],
      ['b', 'other', 1],
    ])
    expect(minute.providers).toMatchObject([
      { provider: 'a', total: 2, errors: 0, active: 0 },
      { provider: 'b', total: 1, errors: 1, active: 1 },
    ])
    clock.advance(70_000)
    running.end()
    const calls = ops.metrics().calls
    minute = calls['1m']
    expect([minute.total, calls['5m'].total, calls['15m'].total]).toEqual([1, 4, 4])
    clock.advance(310_000)
    expect(ops.metrics().calls['5m']).toMatchObject({ total: 0, models: [], providers: [] })
    expect(ops.metrics().calls['15m'].total).toBe(4)
    clock.advance(900_000)
    expect(ops.metrics().calls['15m'].total).toBe(0)
  })

  it('leave token sums unknown when no call told its tokens', () => {
    const { ops } = createTestOps()
    ops.startCall({ provider: 'p', model: 'silent' }).end()
    ops.startCall({ provider: 'p', model: 'telling' }).end({ inputTokens: 5 })
    const { models } = ops.metrics().calls['5m']
    expect(models[0]).not.toHaveProperty('inputTokens')
    expect(models[1]).toMatchObject({ model: 'telling', inputTokens: 5 })
    expect(models[1]).not.toHaveProperty('outputTokens')
  })

  it('do not let a counter go down', () => {
    const { ops } = createTestOps()
    ops.counter('errors').add(-5)
    expect(ops.metrics().counters).toMatchObject({ errors: 0, anomalies: 1 })
  })

  it('tell the rate of requests over the time that was seen', () => {
    const { ops, clock } = createTestOps()
    for (let i = 0; i < 20; i++) ops.startRequest().end()
    clock.advance(10_000)
    expect(ops.metrics().requests.rate).toBe(2)
    clock.advance(20_000)
    expect(ops.metrics().requests.rate).toBeCloseTo(20 / 30, 2)
  })
})

describe('the rate of calls', () => {
  it('is that of the window, by model and by provider, or of the time that was seen while that is shorter', () => {
    const { ops, clock } = createTestOps()
    const callEach = (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        ops.startCall({ provider: 'a', model: 'big' }).end()
        if (second % 2 === 0) ops.startCall({ provider: 'a', model: 'small' }).fail(new Error('x'))
        clock.advance(1000)
      }
    }
    callEach(20)
    let { '1m': minute, '15m': quarter } = ops.metrics().calls
    expect([minute.rate, quarter.rate]).toEqual([1.5, 1.5])
    callEach(100)
    ;({ '1m': minute, '15m': quarter } = ops.metrics().calls)
    expect(minute.models.map(({ model, rate }) => [model, rate])).toEqual([
      ['big', 1],
      ['small', expect.closeTo(0.5, 2)],
    ])
    expect(minute.providers[0]?.rate).toBeCloseTo(1.5, 2)
    expect(quarter.rate).toBe(1.5)
    clock.advance(60_000)
    expect(ops.metrics().calls['1m'].rate).toBe(0)
    expect(ops.metrics().calls['5m'].rate).toBe(1)
  })
})

describe('the heartbeat', () => {
  it('publishes the metrics every 3 s and ends with close, timers and all', () => {
    const { ops, clock } = createTestOps()
    const uptimes: number[] = []
    ops.bus.subscribe('tick', ({ metrics }) => uptimes.push(metrics.uptime))
    clock.advance(9500)
    expect(uptimes).toEqual([3000, 6000, 9000])
    ops.close()
    clock.advance(9500)
    expect(uptimes).toHaveLength(3)
    expect(clock.pending).toBe(0)
  })

  it('goes on when a listener of it throws', () => {
    const { ops, clock } = createTestOps()
    let beats = 0
    ops.bus.subscribe('tick', () => {
      throw new Error('broken listener')
    })
    ops.bus.subscribe('tick', () => beats++)
    clock.advance(9000)
    expect(beats).toBe(3)
    expect(ops.logLines()).toHaveLength(1)
    expect(ops.logLines()[0]?.message).toMatch(
      /^listener \d+ of "tick" threw: broken listener \(logged once\)$/,
    )
  })

  it('fills the series, with unknown points for the time a host slept', () => {
    const { ops, clock } = createTestOps()
    ops.gauge('queueDepth').set(4)
    clock.advance(6000)
    clock.wall += 9000
    clock.advance(3000)
    const { series } = ops.snapshot()
    expect(series?.step).toBe(3000)
    expect(series?.columns['queueDepth']).toEqual([4, 4, null, null, null, 4])
    expect(series!.from + 5 * series!.step).toBe(clock.now())
  })
})

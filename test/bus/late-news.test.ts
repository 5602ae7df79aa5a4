import { describe, expect, it } from 'vitest'
import { createTestOps } from '../helpers/test-ops.js'

const MODEL = { provider: 'p', model: 'm', streaming: true }
/** Beyond the age at which work is given up. */
const STALE = 601_000

describe('the late end of a request that was given up', () => {
  it('corrects record and figures, and counts nothing twice', () => {
    const { ops, clock, deltas } = createTestOps()
    const request = ops.startRequest({ kind: 'message' })
    clock.advance(STALE)
    expect(ops.metrics().requests).toMatchObject({ errorRate: 1, latency: { count: 0 } })
    clock.advance(60_000)
    request.end()
    expect(deltas.at(-1)?.item).toMatchObject({ phase: 'end', state: 'ok', duration: 661_000 })
    expect(ops.requests()).toHaveLength(1)
    const { requests, counters } = ops.metrics()
    expect(requests).toMatchObject({ errorRate: 0, latency: { count: 1, max: 661_000 } })
    expect(counters).toMatchObject({ requests: 1, messagesProcessed: 1, errors: 0 })
    expect(counters).not.toHaveProperty('anomalies')
    request.end()
    expect(ops.metrics().counters['anomalies']).toBe(1)
  })

  it('that is a failure stays one in the figures, and writes its red line', () => {
    const { ops, clock } = createTestOps()
    const request = ops.startRequest({ name: 'job' })
    clock.advance(STALE)
    expect(ops.logLines()).toEqual([])
    request.fail(new Error('timed out'))
    expect(ops.logLines()).toMatchObject([{ source: 'request', message: 'job: timed out' }])
    expect(ops.metrics()).toMatchObject({ requests: { errorRate: 1 }, counters: { requests: 1, errors: 1 } })
  })

  it('changes nothing in a window that has moved on', () => {
    const { ops, clock } = createTestOps()
    const request = ops.startRequest()
    clock.advance(STALE)
    clock.advance(330_000)
    ops.startRequest().fail(new Error('x'))
    request.end()
    expect(ops.metrics().requests).toMatchObject({ errorRate: 1, latency: { count: 1 } })
  })
})

describe('the late end of a call that was given up', () => {
  it('corrects record and figures, and counts nothing twice', () => {
    const { ops, clock, deltas } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(1000)
    call.progress({ outputTokens: 5 })
    clock.advance(STALE)
    const window = () => ops.metrics().calls['5m']
    expect(window()).toMatchObject({ total: 1, errors: 1, latency: { count: 0 }, outputTokens: 5 })
    expect(window().timeToFirstToken.count).toBe(1)
    call.end({ inputTokens: 10, outputTokens: 60 })
    expect(deltas.at(-1)?.item).toMatchObject({ phase: 'end', state: 'ok', inputTokens: 10 })
    expect(window()).toMatchObject({
      total: 1,
      errors: 0,
      errorRate: 0,
      latency: { count: 1 },
      inputTokens: 10,
      outputTokens: 60,
    })
    expect(window().timeToFirstToken.count).toBe(1)
    expect(window().models).toMatchObject([{ total: 1, errors: 0 }])
    expect(ops.metrics().counters).toMatchObject({ calls: 1, errors: 0 })
  })

  it('changes nothing in a window that has moved on', () => {
    const { ops, clock } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(STALE)
    clock.advance(70_000)
    ops.startCall(MODEL).fail(new Error('x'))
    call.end({ outputTokens: 5 })
    const { '1m': minute, '5m': five } = ops.metrics().calls
    expect(minute).toMatchObject({ total: 1, errors: 1, latency: { count: 0 } })
    expect(minute).not.toHaveProperty('outputTokens')
    expect(five).toMatchObject({ total: 2, errors: 1, latency: { count: 1 }, outputTokens: 5 })
  })
})

describe('what becomes known of a call after its end', () => {
  it('fills in what it lacked, makes its rate, and is sent as a complete record', () => {
    const { ops, clock, deltas } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(1000)
    call.end()
    clock.advance(5000)
    ops.bus.publish('call.amend', {
      id: call.id,
      inputTokens: 7,
      outputTokens: 50,
      cachedTokens: 3,
      finishReason: 'stop',
      httpStatus: 200,
    })
    expect(deltas.at(-1)?.item).toMatchObject({
      phase: 'end',
      id: call.id,
      state: 'ok',
      duration: 1000,
      inputTokens: 7,
      outputTokens: 50,
      cachedTokens: 3,
      tokensPerSecond: 50,
      finishReason: 'stop',
      httpStatus: 200,
    })
    for (const window of Object.values(ops.metrics().calls)) {
      expect(window).toMatchObject({ total: 1, inputTokens: 7, outputTokens: 50 })
      expect(window.tokensPerSecond).toMatchObject({ count: 1, max: 50 })
      expect(window.latency.count).toBe(1)
    }
    expect(ops.metrics().counters['calls']).toBe(1)
  })

  it('leaves alone what it knew, and says nothing when that is all', () => {
    const { ops, deltas } = createTestOps()
    const call = ops.startCall(MODEL)
    call.end({ inputTokens: 5, outputTokens: 6, finishReason: 'length' })
    const before = deltas.length
    const again = { id: call.id, inputTokens: 50, outputTokens: 60, finishReason: 'stop' }
    ops.bus.publish('call.amend', again)
    ops.bus.publish('call.amend', { id: call.id, outputTokens: NaN })
    expect(deltas).toHaveLength(before)
    ops.bus.publish('call.amend', { ...again, reasoningTokens: 2 })
    expect(ops.calls()).toMatchObject([
      { inputTokens: 5, outputTokens: 6, reasoningTokens: 2, finishReason: 'length' },
    ])
    expect(ops.metrics().calls['1m']).toMatchObject({ inputTokens: 5, outputTokens: 6 })
  })

  it.each([
    ['more', 40, 40],
    ['less, which is not taken back from the sums', 20, 30],
  ])('replaces an estimate by the count that was reported: %s', (_name, reported, sum) => {
    const { ops, clock } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(1000)
    call.end({ outputTokens: 30, estimated: true })
    ops.bus.publish('call.amend', { id: call.id, outputTokens: reported })
    expect(ops.calls()[0]).toMatchObject({ outputTokens: reported, tokensPerSecond: reported })
    expect(ops.calls()[0]).not.toHaveProperty('estimated')
    expect(ops.metrics().calls['1m'].outputTokens).toBe(sum)
  })

  it('is progress, though no sign of life, of a call that still runs, and counts once at its end', () => {
    const { ops, clock, deltas } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(8000)
    ops.bus.publish('call.amend', { id: call.id, inputTokens: 7 })
    expect(deltas.at(-1)?.item).toMatchObject({ phase: 'progress', state: 'active', inputTokens: 7 })
    clock.advance(3000)
    expect(ops.calls()[0]).toMatchObject({ activity: 'stalled' })
    call.end()
    expect(ops.metrics().calls['1m'].inputTokens).toBe(7)
  })

  it('is an anomaly when nobody knows the call', () => {
    const { ops, deltas } = createTestOps()
    const call = ops.startCall(MODEL)
    ops.bus.publish('call.amend', { id: 'other', inputTokens: 7 })
    ops.bus.publish('call.amend', { id: call.id, inputTokens: 7, instance: 'other' })
    expect(deltas).toHaveLength(1)
    expect(ops.metrics().counters['anomalies']).toBe(2)
  })
})

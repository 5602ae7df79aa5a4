import { describe, expect, it } from 'vitest'
import type { CallEndMessage, CallStartMessage } from '../../src/bus/messages.js'
import type { CallRecord } from '../../src/bus/protocol.js'
import { createTestOps } from '../helpers/test-ops.js'

const DAY = 86_400_000

describe('a start that is told late', () => {
  it('counts from when it was: duration, time to first token, thresholds', () => {
    const { ops, clock } = createTestOps()
    const startedAt = clock.now() - 55_000
    ops.bus.publish('request.start', { id: 'r', kind: 'message', startedAt })
    ops.bus.publish('call.start', { id: 'c', provider: 'p', model: 'm', streaming: true, startedAt })
    expect(ops.requests()[0]).toMatchObject({ startedAt, progressAt: startedAt })
    clock.advance(2000)
    expect(ops.requests()[0]).toMatchObject({ activity: 'stalled' })
    clock.advance(4000)
    expect(ops.requests()[0]).toMatchObject({ activity: 'stuck' })
    ops.bus.publish('call.progress', { id: 'c', outputTokens: 1 })
    expect(ops.calls()[0]).toMatchObject({ timeToFirstToken: 61_000, firstTokenAt: clock.now() })
    ops.bus.publish('request.end', { id: 'r', state: 'ok' })
    expect(ops.requests()[0]).toMatchObject({ duration: 61_000, endedAt: clock.now() })
  })

  it('is not given up at once, however old it is: its start has just been heard of', () => {
    const { ops, clock } = createTestOps()
    ops.bus.publish('request.start', { id: 'r', kind: 'k', startedAt: clock.now() - 3_600_000 })
    clock.advance(590_000)
    expect(ops.requests()[0]).toMatchObject({ state: 'active' })
    clock.advance(11_000)
    expect(ops.requests()[0]).toMatchObject({ state: 'stale' })
  })

  it.each([
    ['ahead counts as now', 5000, 0],
    ['that is no number counts as now', NaN, 0],
    ['over 24 hours ago counts as 24 hours ago', -3 * DAY, DAY],
  ])('%s', (_name, shift, age) => {
    const { ops, clock } = createTestOps()
    ops.bus.publish('request.start', { id: 'r', kind: 'k', startedAt: clock.now() + shift })
    expect(ops.requests()[0]).toMatchObject({ startedAt: clock.now() - age })
    ops.bus.publish('request.end', { id: 'r', state: 'ok' })
    expect(ops.requests()[0]).toMatchObject({ duration: age })
  })

  it('is not held back on a busy host when it is slow already', () => {
    const { ops, clock, deltas } = createTestOps()
    for (let i = 0; i < 300; i++) ops.startRequest({ automatic: true })
    const startedAt = clock.now() - 400
    ops.bus.publish('request.start', { id: 'slow', kind: 'http', automatic: true, startedAt })
    expect(deltas.at(-1)?.item).toMatchObject({ id: 'slow', phase: 'start' })
  })
})

/** A call that started 10 s ago, as it is when it has ended. */
function endedCall(end: Partial<CallEndMessage>, start: Partial<CallStartMessage> = {}): CallRecord {
  const { ops, clock } = createTestOps()
  const startedAt = clock.now() - 10_000
  ops.bus.publish('call.start', { id: 'c', provider: 'p', model: 'm', streaming: true, startedAt, ...start })
  ops.bus.publish('call.end', { id: 'c', state: 'ok', ...end })
  return ops.calls()[0]!
}

describe('an end that was measured elsewhere', () => {
  const now = Date.UTC(2026, 0, 1)

  it('has the duration and the time that it tells', () => {
    expect(endedCall({ duration: 1234.4 })).toMatchObject({ duration: 1234, endedAt: now })
    expect(endedCall({ endedAt: now - 4000 })).toMatchObject({ duration: 6000, endedAt: now - 4000 })
    expect(endedCall({ endedAt: now - 4000, duration: 5500 })).toMatchObject({
      duration: 5500,
      endedAt: now - 4000,
    })
    expect(endedCall({ duration: 0 })).toMatchObject({ duration: 0 })
  })

  it('is measured here where it tells nothing that can be', () => {
    for (const wrong of [{}, { duration: -1 }, { duration: NaN }, { duration: Infinity }, { endedAt: NaN }]) {
      expect(endedCall(wrong)).toMatchObject({ duration: 10_000, endedAt: now })
    }
    // Before its start, and far ahead: other clocks.
    expect(endedCall({ endedAt: now - 11_000 })).toMatchObject({ duration: 10_000, endedAt: now })
    expect(endedCall({ endedAt: now + 2 * DAY })).toMatchObject({ duration: 10_000, endedAt: now })
  })

  it('of a sender whose clock is ahead is moved as far as its start was', () => {
    const skewed = { startedAt: now + 7000 }
    expect(endedCall({ endedAt: now + 9000 }, skewed)).toMatchObject({
      startedAt: now,
      endedAt: now + 2000,
      duration: 2000,
    })
  })

  it('of work of days ago keeps its duration', () => {
    const old = { startedAt: now - 3 * DAY }
    expect(endedCall({ endedAt: now - 3 * DAY + 2000 }, old)).toMatchObject({ duration: 2000 })
  })

  it('may name the model that answered, and tell that it streamed, and that its failure is in the log', () => {
    const { ops } = createTestOps()
    ops.bus.publish('call.start', { id: 'c', provider: 'p', model: 'gpt-5' })
    ops.bus.publish('call.end', {
      id: 'c',
      state: 'error',
      model: 'gpt-5-2026',
      streaming: true,
      logged: true,
    })
    expect(ops.calls()).toMatchObject([
      { model: 'gpt-5-2026', requestedModel: 'gpt-5', streaming: true, state: 'error' },
    ])
    // One that fails before a model answers knows no other name.
    ops.bus.publish('call.start', { id: 'd', provider: 'p', model: 'gpt-5' })
    ops.bus.publish('call.end', { id: 'd', state: 'error', httpStatus: 429, logged: true })
    expect(ops.calls()[1]).not.toHaveProperty('requestedModel')
    expect(ops.metrics().calls['1m'].models).toMatchObject([{ model: 'gpt-5', total: 2, errors: 2 }])
    expect(ops.logLines()).toEqual([])
  })
})

describe('a time to first token that was measured elsewhere', () => {
  it('wins over what was seen here, in a progress as in the end', () => {
    const { ops, clock } = createTestOps()
    ops.bus.publish('call.start', { id: 'c', provider: 'p', model: 'm', streaming: true })
    clock.advance(900)
    ops.bus.publish('call.progress', { id: 'c', outputTokens: 10, timeToFirstToken: 400 })
    const { startedAt } = ops.calls()[0]!
    expect(ops.calls()[0]).toMatchObject({
      timeToFirstToken: 400,
      firstTokenAt: startedAt + 400,
      tokensPerSecond: 20,
    })
    clock.advance(100)
    ops.bus.publish('call.end', { id: 'c', state: 'ok', outputTokens: 40, timeToFirstToken: 200 })
    expect(ops.calls()[0]).toMatchObject({ timeToFirstToken: 200, tokensPerSecond: 50, duration: 1000 })
  })

  it.each([
    ['over the time after it', { outputTokens: 90, timeToFirstToken: 1000 }, 10],
    ['over the whole duration when little time is left', { outputTokens: 90, timeToFirstToken: 9970 }, 9],
    ['over the whole duration when it is dropped', { outputTokens: 90, timeToFirstToken: 10_001 }, 9],
    ['not at all without tokens', { timeToFirstToken: 1000 }, undefined],
  ])('makes the rate: %s', (_name, end, rate) => {
    const call = endedCall(end)
    expect(call.tokensPerSecond).toBe(rate)
  })

  it.each([
    ['over the time after it', 200, 100],
    ['over the whole duration when little time is left', 980, 80],
  ])('makes a rate also where progress came in one piece: %s', (_name, timeToFirstToken, rate) => {
    const { ops, clock } = createTestOps()
    ops.bus.publish('call.start', { id: 'c', provider: 'p', model: 'm' })
    clock.advance(1000)
    ops.bus.publish('call.progress', { id: 'c' })
    ops.bus.publish('call.end', { id: 'c', state: 'ok', outputTokens: 80, timeToFirstToken })
    expect(ops.calls()[0]).toMatchObject({ tokensPerSecond: rate })
  })

  it.each([[10_001], [-1], [NaN]])('of %s ms in a call of 10,000 ms is dropped', (timeToFirstToken) => {
    const call = endedCall({ timeToFirstToken })
    expect(call).not.toHaveProperty('timeToFirstToken')
    expect(call).not.toHaveProperty('firstTokenAt')
  })

  it('that was seen here later than the duration that is told is dropped, too', () => {
    const { ops, clock } = createTestOps()
    const call = ops.startCall({ provider: 'p', model: 'm', streaming: true })
    clock.advance(5000)
    call.progress({ outputTokens: 1 })
    ops.bus.publish('call.end', { id: call.id, state: 'ok', duration: 3000 })
    expect(ops.calls()[0]).toMatchObject({ duration: 3000 })
    expect(ops.calls()[0]).not.toHaveProperty('timeToFirstToken')
  })
})

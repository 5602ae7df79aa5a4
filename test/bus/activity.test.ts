import { describe, expect, it } from 'vitest'
import type { CallDelta, RequestDelta } from '../../src/bus/protocol.js'
import { createTestOps, type TestOps } from '../helpers/test-ops.js'

const MODEL = { provider: 'openai', model: 'gpt-5', streaming: true }

/** The deltas of one topic from `from` on. */
function deltasOf(test: TestOps, topic: 'request', from?: number): RequestDelta[]
function deltasOf(test: TestOps, topic: 'call', from?: number): CallDelta[]
function deltasOf({ deltas }: TestOps, topic: string, from = 0): unknown[] {
  return deltas.slice(from).flatMap((delta) => (delta.topic === topic ? [delta.item] : []))
}

/** Has `count` requests of a kind end after `duration` each. */
function rehearse({ ops, clock }: TestOps, kind: string, duration: number, count = 30): void {
  for (let i = 0; i < count; i++) {
    const request = ops.startRequest({ kind })
    clock.advance(duration)
    request.end()
  }
}

describe('a request in flight', () => {
  it('without a sign of life for 10 s is stalled; one sign brings it back at once, each by one delta', () => {
    const test = createTestOps()
    const { ops, clock, deltas } = test
    const request = ops.startRequest({ kind: 'message', session: 's1' })
    clock.advance(9000)
    expect(deltas).toHaveLength(1)
    clock.advance(5000)
    expect(deltasOf(test, 'request', 1)).toMatchObject([
      { id: request.id, phase: 'update', state: 'active', activity: 'stalled', session: 's1' },
    ])
    request.update({ step: { kind: 'tool', name: 'search' } })
    expect(deltasOf(test, 'request', 2)).toMatchObject([{ phase: 'update', activity: 'working' }])
    clock.advance(9000)
    expect(deltas).toHaveLength(3)
  })

  it('that usually takes its time between two signs is stalled after three times that', () => {
    const { ops, clock } = createTestOps()
    const request = ops.startRequest()
    for (let i = 0; i < 4; i++) {
      clock.advance(15_000)
      request.update({ step: { kind: 'tool', name: `step ${i}` } })
    }
    clock.advance(44_000)
    expect(ops.requests()[0]?.activity).toBe('working')
    clock.advance(2000)
    expect(ops.requests()[0]?.activity).toBe('stalled')
  })

  it('has the usual gap of its kind before it has one of its own', () => {
    const test = createTestOps()
    const { ops, clock } = test
    rehearse(test, 'report', 15_000, 5)
    ops.startRequest({ kind: 'report' })
    const other = ops.startRequest({ kind: 'message' })
    clock.advance(40_000)
    expect(ops.requests().slice(-2)).toMatchObject([{ activity: 'working' }, { activity: 'stalled' }])
    other.end()
    clock.advance(8000)
    expect(ops.requests().at(-1)).toMatchObject({ kind: 'report', activity: 'stalled' })
  })

  it('is not expected to end sooner after its last sign than its kind does', () => {
    const { ops, clock } = createTestOps()
    const begin = () => {
      const request = ops.startRequest({ kind: 'report' })
      request.update({ step: { kind: 'tool', name: 'render' } })
      return request
    }
    for (let i = 0; i < 3; i++) {
      const request = begin()
      clock.advance(18_000)
      request.end()
    }
    begin()
    clock.advance(52_000)
    expect(ops.requests().at(-1)?.activity).toBe('working')
    clock.advance(3000)
    expect(ops.requests().at(-1)?.activity).toBe('stalled')
  })

  it('that shows several signs at once does not take them for its usual gap', () => {
    const { ops, clock } = createTestOps()
    const request = ops.startRequest()
    for (let i = 0; i < 6; i++) {
      clock.advance(20_000)
      for (const name of ['a', 'b', 'c']) request.update({ step: { kind: 'tool', name } })
    }
    clock.advance(30_000)
    expect(ops.requests()[0]?.activity).toBe('working')
  })

  it('is stuck after 60 s without a sign while its kind is little known', () => {
    const { ops, clock } = createTestOps()
    ops.startRequest()
    clock.advance(59_000)
    expect(ops.requests()[0]?.activity).toBe('stalled')
    clock.advance(2000)
    expect(ops.requests()[0]?.activity).toBe('stuck')
  })

  it('is stuck beyond four times the p99 of its kind, whatever signs it gives', () => {
    const test = createTestOps()
    const { ops, clock } = test
    rehearse(test, 'message', 20_000)
    const request = ops.startRequest({ kind: 'message' })
    const activityAfter = (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        clock.advance(1000)
        request.update({ step: { kind: 'tool', name: 'search' } })
      }
      return ops.requests().at(-1)?.activity
    }
    expect(activityAfter(77)).toBe('working')
    expect(activityAfter(6)).toBe('stuck')
    const before = test.deltas.length
    request.update({ activity: 'working' })
    expect(deltasOf(test, 'request', before)).toMatchObject([{ activity: 'stuck' }])
  })

  it.each([
    [19, 'stuck'],
    [20, 'working'],
  ])('is judged by the p99 of its kind when that is known: after %i that ended', (count, activity) => {
    const test = createTestOps()
    rehearse(test, 'report', 100_000, count)
    test.ops.startRequest({ kind: 'report' })
    test.clock.advance(62_000)
    expect(test.ops.requests().at(-1)?.activity).toBe(activity)
  })

  it('of a quick kind is not stuck before 60 s', () => {
    const test = createTestOps()
    const { ops, clock } = test
    rehearse(test, 'message', 100)
    ops.startRequest({ kind: 'message' })
    clock.advance(58_000)
    expect(ops.requests().at(-1)?.activity).toBe('stalled')
    clock.advance(3000)
    expect(ops.requests().at(-1)?.activity).toBe('stuck')
  })

  it('that is queued is never stalled by waiting, but stuck in time, and still counts as queued', () => {
    const test = createTestOps()
    const { ops, clock } = test
    ops.startRequest({ activity: 'queued' })
    clock.advance(59_000)
    expect(test.deltas).toHaveLength(1)
    clock.advance(2000)
    expect(ops.requests()[0]?.activity).toBe('stuck')
    expect(ops.metrics().gauges['queueDepth']).toBe(1)
  })

  it('that gave no sign for 10 minutes ends as stale, joins the ended ones and counts as failed', () => {
    const test = createTestOps()
    const { ops, clock, deltas } = test
    const request = ops.startRequest({ kind: 'message' })
    clock.advance(599_000)
    expect(ops.metrics().gauges['activeRequests']).toBe(1)
    const before = deltas.length
    clock.advance(2000)
    expect(deltasOf(test, 'request', before)).toMatchObject([
      { id: request.id, phase: 'end', state: 'stale', duration: 600_000 },
    ])
    expect(deltas[before]?.item).not.toHaveProperty('activity')
    const { gauges, requests, counters } = ops.metrics()
    expect(gauges['activeRequests']).toBe(0)
    expect(requests).toMatchObject({ errorRate: 1, latency: { count: 0 } })
    expect(counters).toMatchObject({ requests: 1, messagesProcessed: 1 })
    expect(counters).not.toHaveProperty('evicted')
  })

  it('goes stale too when a busy host holds it back from the feed', () => {
    const { ops, clock } = createTestOps()
    for (let i = 0; i < 300; i++) ops.startRequest({ kind: 'http', automatic: true })
    clock.advance(602_000)
    expect(ops.metrics().gauges['activeRequests']).toBe(0)
    expect(ops.metrics().counters['requests']).toBe(300)
  })

  it('is told from its silence by the monotonic clock, whatever the wall clock does', () => {
    const { ops, clock } = createTestOps()
    ops.startRequest()
    clock.wall += 3_600_000
    clock.advance(5000)
    expect(ops.requests()[0]?.activity).toBe('working')
  })
})

describe('a call in flight', () => {
  it('is stalled, stuck and back again, and says so only meanwhile', () => {
    const test = createTestOps()
    const { ops, clock } = test
    const call = ops.startCall(MODEL)
    clock.advance(500)
    call.progress({ outputTokens: 5 })
    clock.advance(9000)
    expect(ops.calls()[0]).not.toHaveProperty('activity')
    clock.advance(2000)
    const before = test.deltas.length
    expect(ops.calls()[0]).toMatchObject({ activity: 'stalled', outputTokens: 5 })
    clock.advance(58_000)
    expect(deltasOf(test, 'call', before)).toMatchObject([{ phase: 'progress', activity: 'stuck' }])
    call.progress({ outputTokens: 6 })
    expect(deltasOf(test, 'call', before + 1)).toMatchObject([{ phase: 'progress', outputTokens: 6 }])
    expect(ops.calls()[0]).not.toHaveProperty('activity')
    call.end({ outputTokens: 7 })
    expect(ops.calls()[0]).not.toHaveProperty('activity')
  })

  it('that comes back is sent at once, though it was sent a moment ago', () => {
    const test = createTestOps()
    const { ops, clock, deltas } = test
    const call = ops.startCall(MODEL)
    clock.advance(10_000)
    expect(deltas.at(-1)?.item).toMatchObject({ activity: 'stalled' })
    clock.advance(50)
    call.progress({ outputTokens: 1 })
    expect(deltas.at(-1)?.item).toMatchObject({ phase: 'progress', outputTokens: 1 })
  })

  it('of a model never seen before that streams on for minutes is neither stalled nor stuck', () => {
    const test = createTestOps()
    const call = test.ops.startCall(MODEL)
    for (let second = 0; second < 300; second++) {
      test.clock.advance(1000)
      call.progress({ outputTokens: second })
    }
    expect(deltasOf(test, 'call').filter(({ activity }) => activity !== undefined)).toEqual([])
  })

  it('may wait for its first token as long as its model usually does, three times', () => {
    const { ops, clock } = createTestOps()
    for (let i = 0; i < 5; i++) {
      const call = ops.startCall(MODEL)
      clock.advance(12_000)
      call.progress({ outputTokens: 1 })
      for (let token = 2; token < 40; token++) {
        clock.advance(50)
        call.progress({ outputTokens: token })
      }
      call.end()
    }
    const call = ops.startCall(MODEL)
    clock.advance(34_000)
    expect(ops.calls().at(-1)).not.toHaveProperty('activity')
    call.progress({ outputTokens: 1 })
    clock.advance(12_000)
    expect(ops.calls().at(-1)).toMatchObject({ activity: 'stalled' })
  })

  it('keeps its request alive while it streams, and lets it halt with itself', () => {
    const test = createTestOps()
    const { ops, clock } = test
    const call = ops.startRequest().startCall(MODEL)
    for (let i = 0; i < 30; i++) {
      clock.advance(1000)
      call.progress({ outputTokens: i })
    }
    const before = test.deltas.length
    expect(ops.requests()[0]).toMatchObject({ activity: 'working', progressAt: clock.now() })
    clock.advance(12_000)
    expect(deltasOf(test, 'request', before)).toMatchObject([{ activity: 'stalled' }])
    expect(ops.calls()[0]).toMatchObject({ activity: 'stalled' })
    call.progress({ outputTokens: 31 })
    expect(deltasOf(test, 'request', before)).toMatchObject([
      { activity: 'stalled' },
      { activity: 'working' },
    ])
  })

  it('that ends is a sign of life of its request, whatever that does meanwhile', () => {
    const test = createTestOps()
    const { ops, clock } = test
    const request = ops.startRequest()
    const call = request.startCall(MODEL)
    request.update({ step: { kind: 'tool', name: 'search' } })
    clock.advance(10_000)
    const before = test.deltas.length
    call.end()
    expect(deltasOf(test, 'request', before)).toMatchObject([
      { activity: 'working', step: { name: 'search' }, progressAt: clock.now() },
    ])
  })

  it('that waits as long as is usual for its model does not let its request seem stalled', () => {
    const { ops, clock } = createTestOps()
    for (let i = 0; i < 20; i++) {
      const call = ops.startCall({ provider: 'p', model: 'slow' })
      clock.advance(30_000)
      call.end()
    }
    ops.startRequest().startCall({ provider: 'p', model: 'slow' })
    clock.advance(80_000)
    expect(ops.requests()[0]).toMatchObject({ activity: 'working' })
    clock.advance(12_000)
    expect(ops.requests()[0]).toMatchObject({ activity: 'stuck' })
  })

  it('that goes stale leaves the step of its request, which it does not keep alive', () => {
    const test = createTestOps()
    const { ops, clock } = test
    const request = ops.startRequest()
    request.startCall(MODEL)
    clock.advance(300_000)
    request.update({})
    const { progressAt } = ops.requests()[0]!
    clock.advance(302_000)
    expect(ops.calls()).toMatchObject([{ state: 'stale' }])
    expect(ops.requests()[0]).toMatchObject({ state: 'active', progressAt })
    expect(ops.requests()[0]).not.toHaveProperty('step')
    clock.advance(300_000)
    expect(ops.requests()[0]).toMatchObject({ state: 'stale' })
  })
})

describe('the look at what is in flight', () => {
  it('runs only while something is', () => {
    const { ops, clock } = createTestOps()
    const idle = clock.pending
    const call = ops.startCall(MODEL)
    expect(clock.pending).toBe(idle + 1)
    clock.advance(5000)
    expect(clock.pending).toBe(idle + 1)
    call.end()
    clock.advance(1000)
    expect(clock.pending).toBe(idle)
    ops.startRequest()
    expect(clock.pending).toBe(idle + 1)
  })

  it('does not take for silence what a blocked process has not read yet', () => {
    const test = createTestOps()
    const { ops, clock } = test
    const call = ops.startCall(MODEL)
    clock.advance(1000)
    clock.block(30_000)
    call.progress({ outputTokens: 1 })
    clock.advance(3000)
    expect(deltasOf(test, 'call').filter(({ activity }) => activity !== undefined)).toEqual([])
    clock.advance(10_000)
    expect(ops.calls()[0]).toMatchObject({ activity: 'stalled' })
  })

  it('spreads very many changes over several turns', () => {
    const { ops, clock } = createTestOps()
    for (let i = 0; i < 3000; i++) ops.startCall(MODEL)
    const stalled = () => ops.calls().filter(({ activity }) => activity === 'stalled').length
    clock.advance(10_000)
    expect(stalled()).toBe(1000)
    clock.advance(2000)
    expect(stalled()).toBe(3000)
  })
})

describe('the thresholds', () => {
  it('are options', () => {
    const { ops, clock } = createTestOps({
      activity: { stalledAfter: 2000, stuckAfter: 5000, staleAfter: 20_000 },
    })
    ops.startRequest()
    const activityAfter = (time: number) => {
      clock.advance(time)
      return ops.requests()[0]?.activity ?? ops.requests()[0]?.state
    }
    expect([2000, 3000, 14_000, 1000].map(activityAfter)).toEqual(['stalled', 'stuck', 'stuck', 'stale'])
  })

  it('may be infinite: then nothing is ever given up', () => {
    const { ops, clock } = createTestOps({ activity: { staleAfter: Infinity } })
    ops.startRequest()
    clock.advance(3_600_000)
    expect(ops.requests()[0]).toMatchObject({ state: 'active', activity: 'stuck' })
  })

  it.each([
    [{ stalledAfter: 0 }, 'The activity option stalledAfter must be a number of milliseconds from 1, not 0.'],
    [{ stuckFactor: NaN }, 'The activity option stuckFactor must be a number from 1, not NaN.'],
    [{ staleAfter: '5' }, 'The activity option staleAfter must be a number of milliseconds from 1, not 5.'],
    [
      { stallAfter: 1 },
      'Unknown activity option "stallAfter"; accepted are stalledFactor, stalledAfter, stuckFactor, stuckAfter, staleAfter.',
    ],
  ])('are refused when they make no sense: %j', (activity, message) => {
    expect(() => createTestOps({ activity: activity as never })).toThrow(new RangeError(message))
  })
})

import { describe, expect, it } from 'vitest'
import { createTestOps } from '../helpers/test-ops.js'

describe('a request', () => {
  it('is sent as a complete record at start, update and end, under consecutive numbers', () => {
    const { ops, clock, deltas } = createTestOps()
    const request = ops.startRequest({ kind: 'message', session: 's1', channel: 'web', activity: 'queued' })
    const startedAt = clock.now()
    clock.advance(400)
    request.update({ activity: 'working', step: { kind: 'tool', name: 'search' } })
    clock.advance(600)
    request.end()
    const base = { id: request.id, kind: 'message', session: 's1', channel: 'web', startedAt, instance: 'i1' }
    expect(deltas.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(deltas[0]?.item).toEqual({
      ...base,
      phase: 'start',
      state: 'active',
      activity: 'queued',
      progressAt: startedAt,
    })
    expect(deltas[1]?.item).toMatchObject({
      ...base,
      phase: 'update',
      activity: 'working',
      step: { kind: 'tool', name: 'search', since: startedAt + 400 },
    })
    expect(deltas[2]?.item).toEqual({
      ...base,
      phase: 'end',
      state: 'ok',
      progressAt: startedAt + 400,
      endedAt: startedAt + 1000,
      duration: 1000,
    })
  })

  it('leaves the active ones and joins the ended ones', () => {
    const { ops } = createTestOps()
    const [one, two] = [ops.startRequest(), ops.startRequest()]
    one.end()
    expect(ops.requests().map(({ id, state }) => [id, state])).toEqual([
      [one.id, 'ok'],
      [two.id, 'active'],
    ])
    expect(ops.metrics().gauges['activeRequests']).toBe(1)
  })

  it('that fails writes a red line of source request, and the errors counter equals the red lines', () => {
    const { ops } = createTestOps()
    ops.startRequest({ name: 'GET /x', session: 's1' }).fail(new Error('no route to host'))
    ops.log('fatal', 'db', 'gone')
    ops.log('warn', 'db', 'slow')
    expect(ops.logLines()[0]).toMatchObject({
      level: 'error',
      source: 'request',
      message: 'GET /x: no route to host',
      session: 's1',
    })
    expect(ops.metrics().counters['errors']).toBe(2)
  })

  it('that is cancelled is no error', () => {
    const { ops } = createTestOps()
    ops.startRequest().cancel()
    expect(ops.requests()[0]?.state).toBe('cancelled')
    expect(ops.metrics().counters['errors']).toBe(0)
    expect(ops.metrics().requests.errorRate).toBe(0)
  })

  it('takes its duration from the monotonic clock, whatever the wall clock does', () => {
    const { ops, clock } = createTestOps()
    const request = ops.startRequest()
    clock.advance(100)
    clock.wall -= 3_600_000
    request.end()
    expect(ops.requests()[0]?.duration).toBe(100)
  })

  it('shows its model call as its step while the call runs', () => {
    const { ops } = createTestOps()
    const request = ops.startRequest({ session: 's1' })
    const call = request.startCall({ provider: 'openai', model: 'gpt-5', streaming: true })
    expect(ops.requests()[0]?.step).toMatchObject({ kind: 'model', name: 'gpt-5' })
    expect(ops.calls()[0]).toMatchObject({ requestId: request.id, session: 's1' })
    call.end()
    expect(ops.requests()[0]?.step).toBeUndefined()
  })

  it('shows the newest of its calls as its step, and what it did before when all have ended', () => {
    const { ops } = createTestOps()
    const request = ops.startRequest()
    const step = () => ops.requests()[0]?.step?.name
    request.update({ step: { kind: 'tool', name: 'search' } })
    const [first, second] = [1, 2].map(() => request.startCall({ provider: 'p', model: 'm' }))
    first!.end()
    expect(step()).toBe('m')
    second!.end()
    expect(step()).toBe('search')
  })

  it.each([
    [
      'ended twice',
      (ops) => {
        const request = ops.startRequest()
        request.end()
        request.fail(new Error('late'))
      },
    ],
    [
      'updated after its end',
      (ops) => {
        const request = ops.startRequest()
        request.end()
        request.update({ activity: 'working' })
      },
    ],
    [
      'started twice under one id',
      (ops) => {
        ops.startRequest({ id: 'same' })
        ops.startRequest({ id: 'same' }).end()
      },
    ],
  ] as [string, (ops: ReturnType<typeof createTestOps>['ops']) => void][])(
    '%s is counted as an anomaly and changes nothing',
    (_name, misuse) => {
      const { ops } = createTestOps()
      misuse(ops)
      expect(ops.metrics().counters['anomalies']).toBe(1)
      expect(ops.metrics().counters['requests']).toBe(1)
      expect(ops.logLines()).toEqual([])
      expect(ops.requests()).toMatchObject([{ state: 'ok' }])
    },
  )

  it('counts as processed message when its kind is message', () => {
    const { ops } = createTestOps()
    ops.startRequest({ kind: 'message' }).end()
    ops.startRequest({ kind: 'message' }).fail('no')
    ops.startRequest({ kind: 'http' }).end()
    expect(ops.metrics().counters).toMatchObject({ messagesProcessed: 2, requests: 3 })
  })
})

describe('automatic requests on a busy host', () => {
  const startMany = (ops: ReturnType<typeof createTestOps>['ops'], count: number) =>
    Array.from({ length: count }, (_, i) =>
      ops.startRequest({ kind: 'http', name: `r${i}`, automatic: true }),
    )

  it('all become items up to 200 in a second', () => {
    const { ops, clock } = createTestOps()
    for (const request of startMany(ops, 200)) request.end()
    clock.advance(1000)
    for (const request of startMany(ops, 200)) request.end()
    expect(ops.metrics().feed.sampled).toBe(0)
  })

  it('beyond that are left out unless they fail, while the metrics count all', () => {
    const { ops, deltas } = createTestOps()
    const requests = startMany(ops, 1200)
    expect(ops.metrics().gauges['activeRequests']).toBe(1200)
    requests.pop()!.fail(new Error('broken'))
    for (const request of requests) request.end()
    const ended = deltas.filter((d) => d.topic === 'request' && d.item.phase === 'end')
    const { feed, counters } = ops.metrics()
    expect(ended.length + feed.sampled).toBe(1200)
    expect(feed.sampled).toBeGreaterThan(900)
    expect(ended.some((d) => d.topic === 'request' && d.item.error === 'broken')).toBe(true)
    expect(counters).toMatchObject({ requests: 1200, errors: 1 })
    expect(ops.metrics().requests.latency.count).toBe(1200)
  })

  it('become items when they take over 250 ms, while they still run', () => {
    const { ops, clock, deltas } = createTestOps()
    const slow = startMany(ops, 201).at(-1)!
    const shown = () => deltas.some((d) => d.topic === 'request' && d.item.id === slow.id)
    clock.advance(240)
    expect(shown()).toBe(false)
    clock.advance(100)
    expect(shown()).toBe(true)
    expect(deltas.at(-1)?.item).toMatchObject({ id: slow.id, phase: 'start', state: 'active' })
    slow.end()
    expect(deltas.at(-1)?.item).toMatchObject({ id: slow.id, phase: 'end', duration: 340 })
  })

  it('do not touch requests that the host started itself', () => {
    const { ops, deltas } = createTestOps()
    startMany(ops, 500)
    const own = ops.startRequest({ kind: 'message' })
    expect(deltas.at(-1)?.item).toMatchObject({ id: own.id, phase: 'start' })
  })

  it('leave no timer behind when all have ended', () => {
    const { ops, clock } = createTestOps()
    const before = clock.pending
    const requests = startMany(ops, 300)
    // One looks for slow ones among those held back, one for what has halted.
    expect(clock.pending).toBe(before + 2)
    for (const request of requests) request.end()
    clock.advance(1000)
    expect(clock.pending).toBe(before)
  })
})

import { describe, expect, it, vi } from 'vitest'
import type {
  CallDelta,
  CallRecord,
  CallWindow,
  Hello,
  LogLine,
  Metrics,
  RequestRecord,
  Snapshot,
} from '../../src/bus/protocol.js'
import { DEFAULT_LIMITS } from '../../src/bus/limits.js'
import { LiveStore, type LiveStoreOptions } from '../../src/web/live-store.js'
import { SERIES_LIMIT } from '../../src/web/live-view.js'
import { isGapRow } from '../../src/web/log-book.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { FakeFrames } from './fakes.js'

function setup(options: Partial<LiveStoreOptions> = {}) {
  const clock = new FakeClock()
  const frames = new FakeFrames()
  return { clock, frames, store: new LiveStore({ clock, frames, ...options }) }
}

const hello = (over: Partial<Hello> = {}): Hello => ({
  protocol: 1,
  epoch: 'e1',
  instance: 'a',
  service: 'flynn',
  time: 1_000_000,
  heartbeat: 3000,
  resumed: false,
  topics: ['metrics', 'log', 'request', 'call', 'channel'],
  ...over,
})

const line = (seq: number, over: Partial<LogLine> = {}): LogLine => ({
  seq,
  time: 1_000_000 + seq,
  level: 'info',
  source: 'test',
  message: `line ${seq}`,
  instance: 'a',
  ...over,
})

const request = (id: string, over: Partial<RequestRecord> = {}): RequestRecord => ({
  id,
  kind: 'message',
  startedAt: 1_000_000,
  state: 'active',
  instance: 'a',
  ...over,
})

const call = (id: string, over: Partial<CallRecord> = {}): CallRecord => ({
  id,
  provider: 'openai',
  model: 'gpt-5',
  operation: 'chat',
  streaming: true,
  startedAt: 1_000_000,
  state: 'active',
  source: 'api',
  instance: 'a',
  ...over,
})

const end = (id: string): CallDelta => ({ phase: 'end', ...call(id, { state: 'ok' }) })

const none = { count: 0 }
const calls: CallWindow = {
  total: 0,
  rate: 0,
  errors: 0,
  latency: none,
  timeToFirstToken: none,
  tokensPerSecond: none,
  inputTokens: 0,
  outputTokens: 0,
  models: [],
  providers: [],
}

const metrics = (messagesProcessed: number): Metrics => ({
  uptime: 1,
  instance: 'a',
  counters: { messagesProcessed, errors: 0 },
  gauges: { activeSessions: 2, queueDepth: 0, activeRequests: 1 },
  requests: { rate: 0, latency: none },
  calls: { '1m': calls, '5m': calls, '15m': calls },
  feed: { viewers: 1, lagging: 0, bytesPerSecond: 0, messagesPerSecond: 0, dropped: 0, sampled: 0, gaps: 0 },
})

const full = (over: Partial<Snapshot> = {}): Snapshot => ({
  time: 1_000_000,
  metrics: metrics(0),
  log: [],
  requests: [],
  calls: [],
  channels: [],
  series: { step: 3000, from: 1_000_000, columns: { messagesProcessed: [0], errors: [0] } },
  ...over,
})

const seqs = (store: LiveStore) => [...store.view.log!.rows].map((row) => (isGapRow(row) ? 'gap' : row.seq))
const ids = (items: readonly { id: string }[] | undefined) => items?.map(({ id }) => id)

describe('a snapshot', () => {
  it('replaces the sections it has and leaves the others', () => {
    const { store } = setup()
    store.apply('hello', hello())
    store.apply('snapshot', full({ requests: [request('r1')], calls: [call('c1')] }))
    store.apply('snapshot', { time: 1_000_001, requests: [request('r2')] })
    expect(ids(store.view.requests?.active)).toEqual(['r2'])
    expect(ids(store.view.calls?.active)).toEqual(['c1'])
  })

  it('of time alone changes no slice', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    const before = store.view
    store.apply('snapshot', { time: 1_003_000 })
    expect(store.view).toBe(before)
  })

  it('unites log lines by instance, epoch and seq and puts late ones where their time belongs', () => {
    const { store } = setup()
    store.apply('hello', hello())
    store.apply('snapshot', full({ log: [line(1), line(4)] }))
    store.apply('snapshot', full({ log: [line(1), line(2), line(4), line(5), line(1, { instance: 'b' })] }))
    expect(seqs(store)).toEqual([1, 1, 2, 4, 5])
  })

  it('of another epoch adds its lines although their numbers were seen before', () => {
    const { store } = setup()
    store.apply('hello', hello())
    store.apply('snapshot', full({ log: [line(1)] }))
    store.apply('hello', hello({ epoch: 'e2' }))
    store.apply('gap', { reason: 'epoch' })
    store.apply('snapshot', full({ log: [line(1, { time: 1_009_000 })] }))
    expect(seqs(store)).toEqual([1, 'gap', 1])
  })

  it('leaves requests, calls, log and channels unknown until it has them', () => {
    const { store } = setup()
    expect(store.view).toEqual({})
    store.apply('snapshot', full())
    expect(store.view.requests).toEqual({ active: [], recent: [], inFlight: 0 })
    expect(store.view.channels).toEqual([])
  })
})

describe('deltas', () => {
  it('replace the record with the same instance and id as a whole', () => {
    const { store } = setup()
    store.apply(
      'snapshot',
      full({ calls: [call('c1', { outputTokens: 5, errorType: 'x' }), call('c1', { instance: 'b' })] }),
    )
    store.apply('call', [{ phase: 'progress', ...call('c1', { outputTokens: 9 }) }])
    expect(store.view.calls!.active).toEqual([call('c1', { outputTokens: 9 }), call('c1', { instance: 'b' })])
  })

  it('move what ended to the recent ones, where a late correction replaces it', () => {
    const { store } = setup()
    store.apply('snapshot', full({ requests: [request('r1')] }))
    store.apply('request', [{ phase: 'end', ...request('r1', { state: 'stale' }) }])
    store.apply('request', [{ phase: 'end', ...request('r1', { state: 'ok' }) }])
    expect(store.view.requests).toEqual({
      active: [],
      recent: [request('r1', { state: 'ok' })],
      inFlight: 0,
    })
  })

  it('replace channels by name', () => {
    const { store } = setup()
    const slack = { name: 'slack', kind: 'slack', since: 1, instance: 'a' }
    store.apply('snapshot', full({ channels: [{ ...slack, state: 'connected' }] }))
    store.apply('channel', [{ ...slack, state: 'error', detail: 'gone' }])
    expect(store.view.channels).toEqual([{ ...slack, state: 'error', detail: 'gone' }])
  })

  it('of a log line seen before are dropped', () => {
    const { store } = setup()
    store.apply('snapshot', full({ log: [line(1)] }))
    store.apply('log', [line(1), line(2)])
    expect(seqs(store)).toEqual([1, 2])
  })

  it('of unknown names and with unknown fields are no trouble', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    store.apply('future' as 'log', [line(1)])
    store.apply('log', [{ ...line(2), novelty: 1 } as LogLine])
    expect(seqs(store)).toEqual([2])
  })
})

describe('bounds', () => {
  it('keep the newest ended calls and requests', () => {
    const { store } = setup({ callLimit: 2, requestLimit: 1 })
    store.apply('snapshot', full())
    store.apply('call', ['c1', 'c2', 'c3'].map(end))
    store.apply(
      'request',
      ['r1', 'r2'].map((id) => ({ phase: 'end', ...request(id, { state: 'ok' }) })),
    )
    expect(ids(store.view.calls!.recent)).toEqual(['c2', 'c3'])
    expect(ids(store.view.requests!.recent)).toEqual(['r2'])
  })

  it('are 200 calls, 200 requests and 10,000 log lines by default', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    for (let index = 0; index < 1500; index++) {
      store.apply('log', [line(index)])
      store.apply('call', [end(`c${index}`)])
      store.apply('request', [{ phase: 'end', ...request(`r${index}`, { state: 'ok' }) }])
    }
    store.apply(
      'log',
      Array.from({ length: 10_000 }, (_, index) => line(2000 + index)),
    )
    expect(store.view.log!.rows).toHaveLength(10_000)
    expect(store.view.calls!.recent).toHaveLength(200)
    expect(store.view.requests!.recent).toHaveLength(200)
  })

  it('hold also for work that never ends', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    const started = Array.from({ length: 30_000 }, (_, index) => call(`c${index}`, { startedAt: index }))
    store.apply(
      'call',
      started.map((record) => ({ phase: 'start', ...record })),
    )
    const { active, inFlight } = store.view.calls!
    expect(active.length).toBeLessThanOrEqual(10_000)
    expect(active.at(-1)!.id).toBe('c29999')
    expect(inFlight).toBe(30_000)
    store.apply('call', [{ phase: 'end', ...started[0]!, state: 'ok' }])
    expect(store.view.calls!.inFlight).toBe(29_999)
  })

  it('let the log count on and keep level counts right', () => {
    const { store } = setup({ logLimit: 2 })
    store.apply('snapshot', full({ log: [line(1, { level: 'fatal' }), line(2, { level: 'trace' })] }))
    store.apply('log', [line(3, { level: 'warn' })])
    const { counts, rows } = store.view.log!
    expect([rows.end, rows.length]).toEqual([3, 2])
    expect(counts).toEqual({ debug: 1, info: 0, warn: 1, error: 0 })
  })
})

describe('many in flight', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => request(`r${index}`, { startedAt: 1_000_000 + index }))

  it('are all held, as many as a server holds, the oldest too', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    store.apply(
      'request',
      many(DEFAULT_LIMITS.active).map((record) => ({ phase: 'start', ...record })),
    )
    const { active, inFlight } = store.view.requests!
    expect([active.length, inFlight, active[0]!.id]).toEqual([5000, 5000, 'r0'])
  })

  it('are counted also when a snapshot had no room for the youngest', () => {
    const { store } = setup()
    const all = many(10)
    const { gauges } = metrics(0)
    const snapshot = (activeRequests: number) =>
      full({
        metrics: { ...metrics(0), gauges: { ...gauges, activeRequests } },
        time: 1_000_050,
        requests: all.slice(0, 6),
        truncated: { requests: 7 },
      })
    const inFlight = () => store.view.requests!.inFlight
    store.apply('snapshot', snapshot(10))
    expect(inFlight()).toBe(10)
    expect(store.view.metrics!.activeRequests).toBe(10)
    store.apply('request', [{ phase: 'end', ...all[9]!, state: 'ok' }])
    expect(inFlight()).toBe(9)
    store.apply('request', [{ phase: 'end', ...all[9]!, state: 'error' }])
    expect(inFlight()).toBe(9)
    store.apply('request', [{ phase: 'update', ...all[8]! }])
    expect(inFlight()).toBe(9)
    store.apply('request', [{ phase: 'start', ...request('new', { startedAt: 1_000_100 }) }])
    expect(inFlight()).toBe(10)
    store.apply('snapshot', snapshot(999_999))
    expect(inFlight()).toBe(13)
    store.apply('snapshot', snapshot(0))
    expect(inFlight()).toBe(6)
  })
})

describe('the tally', () => {
  it('leads the metrics by the messages and errors that came since, each counted once', () => {
    const { store } = setup()
    store.apply('hello', hello())
    store.apply('snapshot', full({ log: [line(1, { level: 'error' })] }))
    const since = () => {
      const { tally, metrics } = store.view
      return [tally!.messages - metrics!.tally.messages, tally!.errors - metrics!.tally.errors]
    }
    const ended = { phase: 'end', ...request('r1', { state: 'ok' }) } as const
    store.apply('request', [ended, ended, { ...ended, id: 'r2', kind: 'http' }, { ...ended, instance: 'b' }])
    store.apply('log', [line(2, { level: 'fatal' }), line(2, { level: 'fatal' }), line(3)])
    expect(since()).toEqual([1, 1])
    store.apply('snapshot', { time: 1_003_000, metrics: metrics(1) })
    expect(since()).toEqual([0, 0])
  })
})

describe('the series', () => {
  it('comes from the full snapshot and grows with each one that has metrics', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    store.apply('snapshot', { time: 1_003_000, metrics: metrics(4) })
    expect(store.view.metrics!.series.columns['messagesProcessed']).toEqual([0, 4])
  })

  it('shows steps that were missed as unknown', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    store.apply('snapshot', { time: 1_009_000, metrics: metrics(4) })
    expect(store.view.metrics!.series.columns['messagesProcessed']).toEqual([0, null, null, 4])
  })

  it('stays at ten minutes and is not changed under a reader', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    const held = store.view.metrics!.series
    for (let step = 1; step <= 300; step++) {
      store.apply('snapshot', { time: 1_000_000 + step * 3000, metrics: metrics(step) })
    }
    expect(store.view.metrics!.series.columns['messagesProcessed']).toHaveLength(SERIES_LIMIT)
    expect(held.columns['messagesProcessed']).toEqual([0])
  })
})

describe('the server clock', () => {
  it.each([-300_000, 300_000])(
    'is followed when it is off by %i ms, so that spans never go negative',
    (skew) => {
      const { store, clock } = setup()
      store.apply('hello', hello({ time: clock.now() + skew }))
      expect(store.since(clock.now() + skew)).toBe(0)
      clock.advance(1500)
      expect(store.since(clock.now() + skew - 1500)).toBe(1500)
      expect(store.since(clock.now() + skew + 99)).toBe(0)
    },
  )

  it('stands still once the server has been silent for 9 s', () => {
    const { store, clock } = setup()
    store.apply('hello', hello({ time: clock.now() }))
    const start = clock.now()
    clock.advance(60_000)
    expect(store.since(start)).toBe(9000)
  })
})

describe('listeners', () => {
  it('are told once for any number of changes, in a frame', () => {
    const { store, frames } = setup()
    const listener = vi.fn()
    store.subscribe(listener)
    store.apply('snapshot', full())
    store.apply('log', [line(1)])
    expect(listener).not.toHaveBeenCalled()
    frames.run()
    expect(listener).toHaveBeenCalledOnce()
    expect(frames.requested).toBe(1)
  })

  it('are not told after they unsubscribed', () => {
    const { store, frames } = setup()
    const listener = vi.fn()
    store.subscribe(listener)()
    store.apply('log', [line(1)])
    frames.run()
    expect(listener).not.toHaveBeenCalled()
  })

  it('see a version change only in the slices that changed', () => {
    const { store } = setup()
    store.apply('snapshot', full())
    const calls = store.version('calls')
    const log = store.version('log')
    store.apply('log', [line(1)])
    expect(store.version('calls')).toBe(calls)
    expect(store.version('log')).toBe(log + 1)
  })

  it('no longer wait for a frame after close', () => {
    const { store, frames } = setup()
    store.apply('log', [line(1)])
    store.close()
    expect(frames.waiting).toBe(false)
  })
})

describe('pause', () => {
  it('freezes the view and the clock, counts what comes, and catches up on resume', () => {
    const { store, clock } = setup()
    store.apply('hello', hello({ time: clock.now() }))
    store.apply('snapshot', full({ log: [line(1)] }))
    store.pause()
    const now = store.now()
    const view = store.view
    clock.advance(2000)
    store.apply('log', [line(2), line(3)])
    store.apply('call', [{ phase: 'start', ...call('c1') }])
    store.apply('call', [{ phase: 'progress', ...call('c1') }])
    expect(store.view).toEqual(view)
    expect(store.now()).toBe(now)
    expect(store.newWhilePaused).toBe(3)
    store.resume()
    expect(seqs(store)).toEqual([1, 2, 3])
    expect(ids(store.view.calls!.active)).toEqual(['c1'])
  })

  it('still tells the truth about the connection', () => {
    const { store, frames } = setup()
    store.pause()
    frames.run()
    const version = store.version('connection')
    store.setConnection({ status: 'offline' })
    expect(store.version('connection')).toBe(version + 1)
    expect(store.connection.status).toBe('offline')
  })
})

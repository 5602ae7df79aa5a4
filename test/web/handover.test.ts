import { describe, expect, it } from 'vitest'
import type { Hello, LogLine, Metrics, Snapshot } from '../../src/bus/protocol.js'
import { LiveStore } from '../../src/web/live-store.js'
import type { Handover } from '../../src/web/live-view.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { FakeFrames } from './fakes.js'

const EPOCH = 'e1'

const createStore = () => {
  const clock = new FakeClock()
  return { clock, store: new LiveStore({ clock, frames: new FakeFrames() }) }
}

const lines = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    time: 1_000_000 + from + index,
    level: 'info',
    source: 'test',
    message: `line ${from + index}`,
    instance: 'a',
  }))

const statistics = { total: 0, rate: 0, errors: 0, latency: { count: 0 }, models: [], providers: [] }
const window = { ...statistics, timeToFirstToken: { count: 0 }, tokensPerSecond: { count: 0 } }
const metrics: Metrics = {
  uptime: 5000,
  instance: 'a',
  counters: { errors: 3 },
  gauges: { activeRequests: 7 },
  requests: { rate: 1, latency: { count: 0 } },
  calls: { '1m': window, '5m': window, '15m': window },
  feed: { viewers: 1, lagging: 0, bytesPerSecond: 0, messagesPerSecond: 0, dropped: 0, sampled: 0, gaps: 0 },
}

/** A store that has been told this by its server. */
function told({ log = [] as LogLine[], epoch = EPOCH, time = 1_000_000 } = {}) {
  const all = createStore()
  const hello = { protocol: 1, epoch, instance: 'a', service: 's', time, heartbeat: 3000 } as Hello
  const request = {
    id: 'r1',
    kind: 'message',
    startedAt: time - 500,
    state: 'active',
    instance: 'a',
  } as const
  const snapshot: Snapshot = {
    time,
    metrics,
    log,
    requests: [request, { ...request, id: 'r0', state: 'ok' }],
    calls: [],
    channels: [{ name: 'telegram', kind: 'telegram', state: 'connected', since: time, instance: 'a' }],
    truncated: { requests: 6 },
  }
  all.store.apply('hello', hello)
  all.store.apply('snapshot', snapshot)
  return all
}

/** What one tab is told of another. */
const handOver = (store: LiveStore): Handover => JSON.parse(JSON.stringify(store.capture()))

const messages = (store: LiveStore) =>
  [...(store.view.log?.rows ?? [])].map((row) => ('gap' in row ? 'a gap' : row.message))

describe('what a store hands over', () => {
  it('is nothing before the first full snapshot', () => {
    const { store } = createStore()
    expect(store.capture()).toBeUndefined()
    store.apply('log', lines(1, 2))
    expect(store.capture()).toBeUndefined()
  })

  it('is all that it knows', () => {
    const [first, second] = [told({ log: lines(1, 3) }), createStore()]
    second.store.restore(handOver(first.store))
    const { log: _, ...view } = first.store.view
    expect(second.store.view).toMatchObject(JSON.parse(JSON.stringify(view)))
    expect(second.store.view.requests?.inFlight).toBe(7)
    expect(messages(second.store)).toEqual(['line 1', 'line 2', 'line 3'])
  })

  it('is the present also while it is paused', () => {
    const { store } = told({ log: lines(1, 1) })
    store.pause()
    store.apply('log', lines(2, 2))
    expect(handOver(store).snapshot.log).toHaveLength(2)
  })

  it('has only the log of this run of the server, whose numbers begin anew', () => {
    const { store } = told({ log: lines(1, 3) })
    const { store: later } = told({ log: lines(2, 2), epoch: 'e2' })
    store.restore(handOver(later))
    expect(messages(store)).toContain('line 3')
    expect(handOver(store).snapshot.log?.map(({ seq }) => seq)).toEqual([2])
  })
})

describe('a store that takes over', () => {
  it('knows the server clock and how long the server has been silent', () => {
    const [first, second] = [told({ time: 5_000_000 }), createStore()]
    first.clock.advance(4000)
    second.clock.advance(4000)
    second.store.restore(handOver(first.store))
    expect(second.store.now()).toBe(first.store.now())
    expect(second.store.silence).toBe(4000)
  })

  it('unites the log with its own', () => {
    const [first, second] = [told({ log: lines(2, 5) }), told({ log: lines(1, 3) })]
    second.store.restore(handOver(first.store))
    expect(messages(second.store)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5'])
  })

  it('tells of a gap when nothing joins the lines to its own', () => {
    const [first, second] = [told({ log: lines(7, 8) }), told({ log: lines(1, 2) })]
    second.store.restore(handOver(first.store))
    expect(messages(second.store)).toEqual(['line 1', 'line 2', 'a gap', 'line 7', 'line 8'])
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { retryDelay } from '../../src/web/retry-delay.js'
import type { StreamState } from '../../src/web/feed-link.js'
import { StreamClient } from '../../src/web/stream-client.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { FakeSource } from './fakes.js'

const SRC = 'http://host/ops/events?level=debug'

function setup({ random = 0.5, status }: { random?: number; status?: number } = {}) {
  const clock = new FakeClock()
  const sources: FakeSource[] = []
  const states: StreamState[] = []
  const events: [string, unknown][] = []
  const probe = vi.fn(() => Promise.resolve(status))
  const client = new StreamClient({
    src: SRC,
    clock,
    random: () => random,
    probe,
    createSource(url) {
      const source = new FakeSource(url)
      sources.push(source)
      return source
    },
    onEvent: (name, data) => events.push([name, data]),
    onState: (state) => states.push(state),
  })
  client.start()
  return { client, clock, sources, states, events, probe, last: () => sources.at(-1)! }
}

/** Connected and heard for long enough that the connection counts as good. */
function setupSettled(options = {}) {
  const all = setup(options)
  all.last().send('hello', {}, 'e-1')
  all.clock.advance(4000)
  all.last().send('snapshot', {}, 'e-1')
  all.clock.advance(2000)
  all.last().send('snapshot', {}, 'e-9')
  return all
}

afterEach(() => vi.restoreAllMocks())

describe('status', () => {
  it('is connecting until the first event, then live', () => {
    const { client, last } = setup()
    expect(client.state.status).toBe('connecting')
    last().send('hello', {}, 'e-1')
    expect(client.state.status).toBe('live')
  })

  it('is late after 4.5 s of silence, stale after 9 s, and live again with the next event', () => {
    const { client, clock, last } = setup()
    last().send('hello', {}, 'e-1')
    clock.advance(4499)
    expect(client.state.status).toBe('live')
    clock.advance(1)
    expect(client.state.status).toBe('late')
    clock.advance(4500)
    expect(client.state.status).toBe('stale')
    last().send('snapshot', {}, 'e-1')
    expect(client.state.status).toBe('live')
  })

  it('counts silence from the last event, not from the first', () => {
    const { client, clock, last } = setup()
    last().send('hello', {}, 'e-1')
    clock.advance(3000)
    last().send('snapshot', {}, 'e-1')
    clock.advance(3000)
    expect(client.state.status).toBe('live')
  })

  it('is offline with the time of the next try once a try failed, and says when the try is under way', () => {
    const { client, clock, last } = setup()
    last().refuse()
    expect(client.state.status).toBe('offline')
    expect(client.state.retryAt).toBeGreaterThan(clock.monotonic())
    clock.advance(4000)
    expect(client.state).toEqual({ status: 'offline' })
  })

  it('does not call a connection that was just lost offline before a try has failed', () => {
    const { client, clock, last } = setupSettled()
    last().drop()
    expect(client.state.status).toBe('connecting')
    clock.advance(500)
    last().refuse()
    expect(client.state.status).toBe('offline')
  })
})

describe('reconnecting', () => {
  it.each([
    ['a refused connection (404, 502, 503, 204)', (source: FakeSource) => source.refuse()],
    ['a dropped connection', (source: FakeSource) => source.drop()],
    ['a goodbye', (source: FakeSource) => source.send('bye', { reason: 'shutdown', retry: 1000 })],
  ])('makes a new connection after %s and closes the old one', (_, end) => {
    const { clock, sources } = setup()
    end(sources[0]!)
    expect(sources[0]!.closed).toBe(true)
    clock.advance(4000)
    expect(sources).toHaveLength(2)
  })

  it('survives a factory that throws', () => {
    const clock = new FakeClock()
    let calls = 0
    const client = new StreamClient({
      src: SRC,
      clock,
      createSource() {
        calls++
        throw new Error('blocked')
      },
      onEvent: () => {},
      onState: () => {},
    })
    client.start()
    expect(client.state.status).toBe('offline')
    clock.advance(4000)
    expect(calls).toBeGreaterThan(1)
  })

  it('goes on after the last event seen and keeps the rest of the address', () => {
    const { clock, last } = setupSettled()
    last().drop()
    clock.advance(4000)
    const url = new URL(last().url)
    expect(url.searchParams.get('lastEventId')).toBe('e-9')
    expect(url.searchParams.get('level')).toBe('debug')
  })

  it('never waits more than 4 s in the first two minutes, then more', () => {
    const { clock, sources, last } = setup({ random: 0.999 })
    let opened = sources.length
    last().refuse()
    while (clock.monotonic() < 119_000) {
      clock.advance(4000)
      expect(sources.length).toBeGreaterThan(opened)
      opened = sources.length
      last().refuse()
    }
    clock.advance(8000)
    last().refuse()
    opened = sources.length
    clock.advance(20_000)
    expect(sources.length).toBe(opened)
    clock.advance(10_000)
    expect(sources.length).toBe(opened + 1)
  })

  it('starts over with short pauses after a good connection', () => {
    const { clock, client, last } = setup({ random: 0.999 })
    for (let tries = 0; tries < 6; tries++) {
      last().refuse()
      clock.advance(4000)
    }
    last().send('hello', {}, 'e-1')
    clock.advance(6000)
    last().send('snapshot', {}, 'e-1')
    last().drop()
    expect(client.state.retryAt! - clock.monotonic()).toBeLessThanOrEqual(500)
  })

  it('does not spin on a server that accepts and drops at once', () => {
    const { clock, sources, last } = setup({ random: 0.999 })
    for (let second = 0; second < 60; second++) {
      if (!last().closed) {
        last().send('hello', {}, 'e-1')
        last().drop()
      }
      clock.advance(1000)
    }
    expect(sources.length).toBeLessThan(25)
  })

  it('waits as long as a goodbye asks, and up to a quarter more', () => {
    for (const random of [0, 0.999]) {
      const { clock, sources, last } = setup({ random })
      last().send('bye', { reason: 'shutdown', retry: 10_000 })
      clock.advance(9999)
      expect(sources).toHaveLength(1)
      clock.advance(2501)
      expect(sources).toHaveLength(2)
    }
  })

  it('makes a new connection after 20 s without any event', () => {
    const { clock, sources, last } = setup({ random: 0 })
    last().send('hello', {}, 'e-1')
    clock.advance(19_999)
    expect(sources).toHaveLength(1)
    clock.advance(300)
    expect(sources[0]!.closed).toBe(true)
    expect(sources).toHaveLength(2)
  })

  it('also gives up on a connection that never says anything', () => {
    const { clock, sources } = setup({ random: 0 })
    clock.advance(20_300)
    expect(sources).toHaveLength(2)
  })

  it('tries at once when asked, and not twice', () => {
    const { client, clock, sources, last } = setup()
    last().refuse()
    client.retryNow()
    expect(sources).toHaveLength(2)
    client.retryNow()
    clock.advance(10_000)
    expect(sources).toHaveLength(2)
  })

  it('ignores a closed connection that still speaks', () => {
    const { clock, sources, events } = setup({ random: 0 })
    sources[0]!.drop()
    clock.advance(300)
    sources[0]!.send('log', [], 'e-7')
    sources[0]!.refuse()
    expect(events).toEqual([])
    expect(sources).toHaveLength(2)
  })
})

describe('a refused connection', () => {
  it('is denied when the server answers 401, and tried again after 30 s', async () => {
    const { client, clock, sources, last } = setup({ status: 401 })
    last().refuse()
    await Promise.resolve().then(() => {})
    await vi.waitFor(() => expect(client.state.status).toBe('denied'))
    clock.advance(29_000)
    expect(sources).toHaveLength(1)
    clock.advance(10_000)
    expect(sources).toHaveLength(2)
    expect(client.state.status).toBe('denied')
    last().send('hello', {}, 'e-1')
    expect(client.state.status).toBe('live')
  })

  it('asks for the status once, and not after a mere drop', async () => {
    const { probe, client, clock, last } = setup({ status: 502 })
    last().drop()
    clock.advance(4000)
    expect(probe).not.toHaveBeenCalled()
    last().refuse()
    await Promise.resolve()
    expect(probe).toHaveBeenCalledTimes(1)
    expect(client.state.status).toBe('offline')
  })
})

describe('events', () => {
  it('are handed on parsed', () => {
    const { events, last } = setup()
    last().send('log', [{ seq: 1 }], 'e-1')
    expect(events).toEqual([['log', [{ seq: 1 }]]])
  })

  it('that are not JSON are skipped with a warning and the stream goes on', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { client, events, last } = setup()
    last().send('log', 'nonsense', 'e-1')
    last().send('log', [], 'e-2')
    expect(events).toEqual([['log', []]])
    expect(warn).toHaveBeenCalledOnce()
    expect(client.state.status).toBe('live')
  })
})

describe('stop', () => {
  it('closes the connection and leaves no timer', () => {
    const { client, clock, sources, last } = setup()
    last().send('hello', {}, 'e-1')
    client.stop()
    expect(sources[0]!.closed).toBe(true)
    expect(clock.pending).toBe(0)
    clock.advance(60_000)
    expect(sources).toHaveLength(1)
  })

  it('also cancels a waiting try, and start goes on after the last event', () => {
    const { client, clock, last } = setupSettled()
    last().drop()
    client.stop()
    expect(clock.pending).toBe(0)
    client.start()
    expect(new URL(last().url).searchParams.get('lastEventId')).toBe('e-9')
  })
})

describe('the pause between tries', () => {
  it('is jittered over the whole range under a cap that doubles to 4 s', () => {
    expect([0, 1, 2, 3, 9].map((attempt) => retryDelay(attempt, 0, 0.9999999))).toEqual([
      500, 1000, 2000, 4000, 4000,
    ])
    expect([0, 3, 9].map((attempt) => retryDelay(attempt, 0, 0))).toEqual([200, 200, 200])
  })

  it('may be 30 s once the outage is two minutes old', () => {
    expect(retryDelay(40, 119_999, 0.9999999)).toBe(4000)
    expect(retryDelay(40, 120_000, 0.9999999)).toBe(30_000)
  })
})

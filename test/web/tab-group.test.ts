import { describe, expect, it } from 'vitest'
import type { StreamState } from '../../src/web/feed-link.js'
import { StreamClient } from '../../src/web/stream-client.js'
import { TabGroup } from '../../src/web/tab-group.js'
import { isOfLeader, type LeaderMessage, type TabMessage } from '../../src/web/tab-messages.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { FakeSource } from './fakes.js'
import { FakeChannels, FakeLocks } from './fake-tabs.js'

interface Tab {
  group: TabGroup
  clock: FakeClock
  states: StreamState[]
  /** The numbers that the feed has sent, as the tab knows them. */
  known: unknown[]
}

/** The browser has done what needs no time. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function setup() {
  const [locks, channels] = [new FakeLocks(), new FakeChannels()]
  const sources: FakeSource[] = []
  const tabs: Tab[] = []
  const open = async (): Promise<Tab> => {
    const clock = new FakeClock()
    const states: StreamState[] = []
    const known: unknown[] = []
    const group = new TabGroup({
      name: () => 'tabs',
      locks,
      openChannel: channels.open,
      clock,
      random: () => 0,
      createClient: (listener) =>
        new StreamClient({
          src: 'http://host/events',
          clock,
          random: () => 0,
          createSource(url) {
            const source = new FakeSource(url)
            sources.push(source)
            return source
          },
          ...listener,
        }),
      onEvent: (name, data) => name === 'log' && known.push(data),
      onState: (state) => states.push(state),
      capture: () => (known.length === 0 ? undefined : JSON.stringify(known)),
      restore: (text) => known.splice(0, Infinity, ...JSON.parse(text)),
    })
    const tab = { group, clock, states, known }
    tabs.push(tab)
    group.start()
    await settle()
    return tab
  }
  const advance = async (milliseconds: number, clocks = tabs) => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      for (const { clock } of clocks) clock.advance(100)
      await settle()
    }
  }
  const last = () => sources.at(-1)!
  const lastEventId = () => new URL(last().url).searchParams.get('lastEventId')
  const kinds = () => channels.said.map(({ kind }) => kind)
  return { channels, sources, open, advance, last, lastEventId, kinds }
}

const status = ({ states }: Tab) => states.at(-1)?.status
const fromLeader = (said: TabMessage[]): LeaderMessage => said.filter(isOfLeader).at(-1)!

describe('a tab', () => {
  it('that is alone hands nothing on, and does once another says that it is there', async () => {
    const { open, last, kinds, channels } = setup()
    const alone = await open()
    for (let number = 1; number <= 3; number++) last().send('log', number, `e-${number}`)
    expect(alone.known).toEqual([1, 2, 3])
    expect(kinds()).not.toContain('event')
    const other = await open()
    expect(other.known).toEqual([1, 2, 3])
    last().send('log', 4, 'e-4')
    await settle()
    expect(other.known).toEqual([1, 2, 3, 4])
    expect(channels.said.filter(({ kind }) => kind === 'event')).toHaveLength(1)
  })

  it('that opened while nobody led yet misses nothing of the leader that comes', async () => {
    const { open, last } = setup()
    const [, second] = await Promise.all([open(), open()])
    last().send('log', 1, 'e-1')
    last().send('log', 2, 'e-2')
    await settle()
    expect(second.known).toEqual([1, 2])
  })

  it('that is alone has the stream', async () => {
    const { open, sources, last } = setup()
    const tab = await open()
    expect(sources).toHaveLength(1)
    last().send('log', 1, 'e-1')
    expect(tab.known).toEqual([1])
    expect(status(tab)).toBe('live')
  })

  it('beside another is told all, and from then on what comes', async () => {
    const { open, sources, last } = setup()
    await open()
    last().send('log', 1, 'e-1')
    const second = await open()
    expect(second.known).toEqual([1])
    expect(status(second)).toBe('live')
    last().send('log', 2, 'e-2')
    expect(second.known).toEqual([1, 2])
    expect(sources).toHaveLength(1)
  })

  it('that comes before there is anything to tell is told once there is', async () => {
    const { open, last } = setup()
    await open()
    const second = await open()
    expect(status(second)).toBe('connecting')
    last().send('log', 1, 'e-1')
    last().send('log', 2, 'e-2')
    expect(second.known).toEqual([1, 2])
  })

  it('takes over where the one that left has been, without a word of a broken connection', async () => {
    const { open, last, lastEventId, sources, kinds } = setup()
    const [first, second, third] = [await open(), await open(), await open()]
    last().send('log', 1, 'e-1')
    const [seen, asked] = [second.states.length, kinds().filter((kind) => kind === 'join').length]
    first.group.stop()
    await settle()
    expect(sources).toHaveLength(2)
    expect(sources[0]!.closed).toBe(true)
    expect(lastEventId()).toBe('e-1')
    last().send('log', 2, 'e-2')
    expect([second.known, third.known]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(second.states.slice(seen).map((state) => state.status)).toEqual(['live'])
    expect(kinds().filter((kind) => kind === 'join')).toHaveLength(asked)
  })

  it('asks for all again when the new leader goes on from elsewhere', async () => {
    const { open, channels, last } = setup()
    const [first, second, third] = [await open(), await open(), await open()]
    last().send('log', 1, 'e-1')
    // The second misses what the third was told.
    channels.deafen(1)
    last().send('log', 2, 'e-2')
    channels.deafen(1, false)
    expect([second.known, third.known]).toEqual([[1], [1, 2]])
    first.group.stop()
    await settle()
    expect(third.known).toEqual([1])
    last().send('log', 2, 'e-2')
    expect([second.known, third.known]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('asks for all again when it has missed a message', async () => {
    const { open, channels, last } = setup()
    const [, second] = [await open(), await open()]
    last().send('log', 1, 'e-1')
    channels.deafen(1)
    last().send('log', 2, 'e-2')
    channels.deafen(1, false)
    last().send('log', 3, 'e-3')
    expect(second.known).toEqual([1, 2, 3])
  })

  it('heeds no leader that has been replaced', async () => {
    const { open, channels, last } = setup()
    const [first, second] = [await open(), await open()]
    last().send('log', 1, 'e-1')
    const old = fromLeader(channels.said)
    await open()
    first.group.stop()
    await settle()
    last().send('log', 2, 'e-2')
    channels.say({ kind: 'event', name: 'log', text: '9', id: 'e-9', term: old.term, turn: old.turn + 1 })
    expect(second.known).toEqual([1, 2])
  })
})

describe('a leader', () => {
  it('that is silent is asked, and keeps the stream when it answers', async () => {
    const { open, advance, last, sources, kinds } = setup()
    await open()
    last().send('log', 1, 'e-1')
    await open()
    await advance(15_000)
    expect(kinds()).toContain('ask')
    expect(sources).toHaveLength(1)
  })

  it('that does not answer is robbed of the stream, and follows when it finds out', async () => {
    const { open, advance, channels, last, lastEventId, sources } = setup()
    const [first, second] = [await open(), await open()]
    last().send('log', 1, 'e-1')
    channels.deafen(0)
    await advance(3900, [second])
    expect(sources).toHaveLength(1)
    await advance(2200, [second])
    expect(sources).toHaveLength(2)
    expect(lastEventId()).toBe('e-1')
    expect(sources[0]!.closed).toBe(true)
    channels.deafen(0, false)
    last().send('log', 2, 'e-2')
    expect([first.known, second.known]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('tries at once when another tab asks for it', async () => {
    const { open, last, sources } = setup()
    const [, second] = [await open(), await open()]
    last().refuse()
    expect(status(second)).toBe('offline')
    second.group.retryNow()
    expect(sources).toHaveLength(2)
    expect(second.states.at(-1)).toEqual({ status: 'offline' })
  })
})

describe('silence of the server', () => {
  it('is late and stale in every tab by its own clock', async () => {
    const { open, advance, last } = setup()
    const [first, second] = [await open(), await open()]
    last().send('log', 1, 'e-1')
    await advance(4500)
    expect([first, second].map(status)).toEqual(['late', 'late'])
    await advance(4500)
    expect([first, second].map(status)).toEqual(['stale', 'stale'])
    last().send('log', 2, 'e-2')
    expect([first, second].map(status)).toEqual(['live', 'live'])
  })
})

describe('stop', () => {
  it('leaves no timer in any role, and start goes on after the last event', async () => {
    const { open, last, lastEventId } = setup()
    const [first, second] = [await open(), await open()]
    last().send('log', 1, 'e-1')
    for (const { group } of [second, first]) group.stop()
    await settle()
    expect([first, second].map(({ clock }) => clock.pending)).toEqual([0, 0])
    second.group.start()
    await settle()
    expect(lastEventId()).toBe('e-1')
  })
})

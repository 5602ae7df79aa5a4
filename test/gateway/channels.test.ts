import type { FastifyBaseLogger } from 'fastify'
import type { ChannelOptions, Ops } from 'opswire'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createChannels } from '../../examples/gateway/channels.js'

const log = pino({ level: 'silent' }) as FastifyBaseLogger

function setUp(random: () => number) {
  const reported: [string, ChannelOptions['state']][] = []
  const setChannel = (name: string, { state }: ChannelOptions) => void reported.push([name, state])
  const channels = createChannels({ ops: { setChannel } as unknown as Ops, log, random })
  const statesOf = (name: string) =>
    reported.filter(([channel]) => channel === name).map(([, state]) => state)
  return { channels, statesOf }
}

describe('the channels', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  test('the web chat is connected at once, the simulated adapters soon', () => {
    const { channels } = setUp(() => 0.5)
    expect(channels.isConnected('web')).toBe(true)
    expect(channels.isConnected('telegram')).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(channels.list().map(({ name, state, simulated }) => [name, state, simulated])).toEqual([
      ['web', 'connected', false],
      ['telegram', 'connected', true],
      ['slack', 'connected', true],
    ])
    channels.close()
  })

  test('an adapter drops within minutes by itself and comes back', () => {
    const { channels, statesOf } = setUp(() => 0.5)
    vi.advanceTimersByTime(250_000)
    expect(statesOf('slack')).toEqual(['connecting', 'connected', 'disconnected', 'connecting', 'connected'])
    channels.close()
  })

  test('a refused adapter tries again, each pause twice as long', () => {
    const { channels, statesOf } = setUp(() => 0.2)
    vi.advanceTimersByTime(1000)
    expect(channels.drop('telegram')).toBe(true)
    expect(channels.drop('telegram')).toBe(true)
    vi.advanceTimersByTime(20_000)
    expect(statesOf('telegram')).toEqual([
      'connecting',
      'connected',
      'disconnected',
      'connecting',
      'error',
      'connecting',
      'error',
    ])
    channels.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('says in its detail what is simulated', () => {
    const { channels } = setUp(() => 0.5)
    for (const { simulated, detail } of channels.list())
      expect(detail.startsWith('simulated')).toBe(simulated)
    expect(channels.drop('web')).toBe(false)
    channels.close()
    expect(channels.list().every(({ state }) => state === 'disconnected')).toBe(true)
  })
})

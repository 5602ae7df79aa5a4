import { describe, expect, it, vi } from 'vitest'
import { createEventBus } from '../../src/bus/event-bus.js'

interface Events {
  ping: number
  pong: string
}

describe('the event bus', () => {
  it('hands a message to the subscribers of its type, in order, before publish returns', () => {
    const bus = createEventBus<Events>(() => undefined)
    const seen: string[] = []
    bus.subscribe('ping', (n) => seen.push(`first ${n}`))
    bus.subscribe('ping', (n) => seen.push(`second ${n}`))
    bus.subscribe('pong', () => seen.push('other type'))
    bus.publish('ping', 7)
    expect(seen).toEqual(['first 7', 'second 7'])
  })

  it('keeps what a listener throws from the publisher and from the other listeners', () => {
    const faults: [string, unknown][] = []
    const bus = createEventBus<Events>((place, error) => faults.push([place, error]))
    const after = vi.fn()
    const error = new Error('boom')
    bus.subscribe('ping', () => {
      throw error
    })
    bus.subscribe('ping', after)
    expect(() => bus.publish('ping', 1)).not.toThrow()
    expect(after).toHaveBeenCalledWith(1)
    expect(faults).toEqual([['listener 1 of "ping"', error]])
  })

  it('ends a subscription once, whoever else listens', () => {
    const bus = createEventBus<Events>(() => undefined)
    const [one, two] = [vi.fn(), vi.fn()]
    const unsubscribe = bus.subscribe('ping', one)
    bus.subscribe('ping', two)
    unsubscribe()
    unsubscribe()
    bus.publish('ping', 1)
    expect(one).not.toHaveBeenCalled()
    expect(two).toHaveBeenCalledOnce()
  })
})

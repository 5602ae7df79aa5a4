import { describe, expect, it } from 'vitest'
import { createToKey } from '../../src/bus/item-key.js'
import { createTestOps, type TestOps } from '../helpers/test-ops.js'

/** What instance `i1`, whose recorder this is, and others publish under the same ids. */
function startEverywhere({ ops }: TestOps, instances: (string | undefined)[]): void {
  for (const instance of instances) {
    ops.bus.publish('request.start', { id: '1', kind: 'message', instance })
    ops.bus.publish('call.start', { id: '1', provider: 'p', model: 'm', requestId: '1', instance })
  }
}

describe('items of other processes', () => {
  it('carry their instance and are told apart from equal ids of others', () => {
    const test = createTestOps()
    const { ops } = test
    startEverywhere(test, [undefined, 'a', 'b'])
    ops.bus.publish('call.progress', { id: '1', outputTokens: 7, instance: 'a' })
    ops.bus.publish('call.end', { id: '1', state: 'ok', instance: 'b' })
    ops.bus.publish('request.end', { id: '1', state: 'cancelled', instance: 'b' })
    expect(ops.requests().map(({ instance, state }) => [instance, state])).toEqual([
      ['b', 'cancelled'],
      ['i1', 'active'],
      ['a', 'active'],
    ])
    expect(ops.calls().map(({ instance, state, outputTokens }) => [instance, state, outputTokens])).toEqual([
      ['b', 'ok', undefined],
      ['i1', 'active', undefined],
      ['a', 'active', 7],
    ])
    expect(ops.metrics().counters).not.toHaveProperty('anomalies')
  })

  it('name the own instance and mean it', () => {
    const test = createTestOps()
    startEverywhere(test, [undefined, 'i1'])
    expect(test.ops.requests()).toHaveLength(1)
    expect(test.ops.metrics().counters['anomalies']).toBe(2)
    test.ops.bus.publish('request.end', { id: '1', state: 'ok', instance: 'i1' })
    expect(test.ops.requests()).toMatchObject([{ state: 'ok', instance: 'i1' }])
  })

  it('link a call to the request of its own process only', () => {
    const test = createTestOps()
    const { ops, clock } = test
    startEverywhere(test, ['a', 'b'])
    const stepOf = (name: string) => ops.requests().find(({ instance }) => instance === name)?.step?.name
    expect([stepOf('a'), stepOf('b')]).toEqual(['m', 'm'])
    ops.bus.publish('call.end', { id: '1', state: 'ok', instance: 'a' })
    expect([stepOf('a'), stepOf('b')]).toEqual([undefined, 'm'])
    clock.advance(3000)
    ops.bus.publish('call.progress', { id: '1', instance: 'b' })
    clock.advance(8000)
    expect(ops.requests().map(({ instance, activity }) => [instance, activity])).toEqual([
      ['a', 'stalled'],
      ['b', 'working'],
    ])
  })

  it('write their failures as lines of their instance', () => {
    const test = createTestOps()
    const { ops } = test
    startEverywhere(test, ['a'])
    ops.bus.publish('call.end', { id: '1', state: 'error', error: 'refused', instance: 'a' })
    ops.bus.publish('request.end', { id: '1', state: 'error', error: 'gave up', instance: 'a', logged: true })
    ops.bus.publish('log', { level: 'info', source: 'job', message: 'done', instance: 'a' })
    ops.log('info', 'job', 'own')
    expect(ops.logLines().map(({ message, instance }) => [message, instance])).toEqual([
      ['p m: refused', 'a'],
      ['done', 'a'],
      ['own', 'i1'],
    ])
  })

  it('have channels of their own', () => {
    const { ops } = createTestOps()
    ops.setChannel('telegram', { state: 'connected' })
    ops.bus.publish('channel', { name: 'telegram', kind: 'telegram', state: 'error', instance: 'a' })
    expect(ops.channels().map(({ instance, state }) => [instance, state])).toEqual([
      ['i1', 'connected'],
      ['a', 'error'],
    ])
  })

  it('share the bounds with the own ones', () => {
    const { ops } = createTestOps({ limits: { active: 10 } })
    for (let i = 0; i < 30; i++) ops.bus.publish('request.start', { id: '1', kind: 'k', instance: `i${i}` })
    expect(ops.metrics().gauges['activeRequests']).toBe(10)
    expect(ops.metrics().counters['evicted']).toBe(20)
  })
})

describe('the key of an item', () => {
  const toKey = createToKey('own')

  it('is its id when it is an own one', () => {
    expect([toKey('c_1', undefined), toKey('c_1', 'own'), toKey('', undefined)]).toEqual(['c_1', 'c_1', ''])
  })

  it('is equal for no two pairs, whatever their characters', () => {
    const texts = ['', 'a', '1', 'a1', '\0', '\0a', '\x001 a', '1 a', ' ', '\0\0', 'own']
    const pairs = texts.flatMap((id) => [undefined, ...texts].map((instance) => [id, instance] as const))
    const keys = new Map<string, string>()
    for (const [id, instance] of pairs) {
      const pair = JSON.stringify([id, instance ?? 'own'])
      expect(keys.get(toKey(id, instance)) ?? pair).toBe(pair)
      keys.set(toKey(id, instance), pair)
    }
  })
})

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../src/bus/messages.js'
import { createTestOps } from '../helpers/test-ops.js'

describe('a listener that causes further deltas', () => {
  it('does not turn their order around for those who listen after it', () => {
    const { ops } = createTestOps()
    let answered = false
    ops.bus.subscribe('delta', () => {
      if (answered) return
      answered = true
      ops.log('info', 'test', 'answer')
    })
    const seen: number[] = []
    ops.bus.subscribe('delta', (delta: Delta) => seen.push(delta.seq))
    ops.log('info', 'test', 'question')
    expect(seen).toEqual([1, 2])
  })

  it('comes to an end when it answers itself for ever, and the next delta is delivered', () => {
    const { ops, deltas } = createTestOps()
    const stop = ops.bus.subscribe('delta', () => ops.log('info', 'test', 'again'))
    ops.log('info', 'test', 'once')
    expect(deltas.length).toBeGreaterThan(100)
    expect(deltas.length).toBeLessThan(2000)
    stop()
    ops.log('info', 'test', 'after')
    expect(deltas.at(-1)?.item).toMatchObject({ message: 'after' })
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, i) => i + 1))
  })

  it('comes to an end when it publishes what it listens to', () => {
    const { ops } = createTestOps()
    ops.bus.subscribe('log', () => ops.log('info', 'test', 'again'))
    expect(() => ops.log('info', 'test', 'once')).not.toThrow()
    expect(ops.logLines().length).toBeLessThan(100)
    expect(ops.logLines().some(({ message }) => message.includes('levels deep'))).toBe(false)
    expect(ops.metrics().counters['faults']).toBeGreaterThan(0)
  })
})

import { describe, expect, it } from 'vitest'
import { createTestOps } from '../helpers/test-ops.js'

describe('a channel', () => {
  it('is sent on change only, and keeps since while its state stays', () => {
    const { ops, clock, deltas } = createTestOps()
    const connectedAt = clock.now()
    ops.setChannel('telegram', { kind: 'telegram', state: 'connected' })
    clock.advance(5000)
    ops.setChannel('telegram', { kind: 'telegram', state: 'connected' })
    expect(deltas).toHaveLength(1)
    ops.setChannel('telegram', { kind: 'telegram', state: 'connected', detail: '14 msg/min' })
    expect(deltas[1]?.item).toMatchObject({ since: connectedAt, detail: '14 msg/min' })
    ops.setChannel('telegram', { kind: 'telegram', state: 'disconnected' })
    expect(deltas[2]?.item).toMatchObject({ state: 'disconnected', since: connectedAt + 5000 })
    expect(ops.channels()).toHaveLength(1)
  })

  it('with an unknown state is counted as an anomaly', () => {
    const { ops } = createTestOps()
    ops.setChannel('x', { state: 'sleepy' as never })
    expect(ops.channels()).toEqual([])
    expect(ops.metrics().counters['anomalies']).toBe(1)
  })
})

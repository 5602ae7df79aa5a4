import { createCore, type CoreOptions } from '../../src/bus/create-ops.js'
import type { Delta } from '../../src/bus/messages.js'
import type { Ops } from '../../src/bus/ops.js'
import { FakeClock } from './fake-clock.js'

export interface TestOps {
  ops: Ops
  clock: FakeClock
  /** Every delta so far. */
  deltas: Delta[]
}

/** A core on a fake clock that notes its deltas. */
export function createTestOps(options: Partial<CoreOptions> = {}): TestOps {
  const clock = new FakeClock()
  const ops = createCore({ clock, service: 'test', instance: 'i1', epoch: 'epoch1', ...options })
  const deltas: Delta[] = []
  ops.bus.subscribe('delta', (delta) => deltas.push(delta))
  return { ops, clock, deltas }
}

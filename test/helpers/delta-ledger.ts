import type { Delta } from '../../src/bus/messages.js'
import type { Ops } from '../../src/bus/ops.js'

/** Everything that was published, noted beside the feed: what its clients are held to. */
export interface DeltaLedger {
  readonly epoch: string
  /** Number of the newest delta. */
  readonly last: number
  delta(seq: number): Delta
  /** The item as JSON, as it was when it was published. */
  json(seq: number): string
}

/** Must be there before the first delta: a host that logs to it would publish one when it listens. */
export function createLedger(ops: Ops): DeltaLedger {
  if (ops.position !== 0) throw new Error(`A ledger begins with delta 1, not ${ops.position + 1}.`)
  const entries: { delta: Delta; json: string }[] = []
  ops.bus.subscribe('delta', (delta) => entries.push({ delta, json: JSON.stringify(delta.item) }))
  const entry = (seq: number): (typeof entries)[number] => {
    const found = entries[seq - 1]
    if (found === undefined) throw new RangeError(`Nothing was published under ${seq}.`)
    return found
  }
  return {
    epoch: ops.epoch,
    get last() {
      return entries.length
    },
    delta: (seq) => entry(seq).delta,
    json: (seq) => entry(seq).json,
  }
}

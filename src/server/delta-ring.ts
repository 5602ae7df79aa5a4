import { encodeData } from '../bus/codec.js'
import type { Delta } from '../bus/messages.js'

interface Entry {
  delta: Delta
  /** The item's JSON, made when the first session needs it. */
  json: string | undefined
  /** Bytes that it counts for: estimated until it is encoded. */
  size: number
}

export interface RingLimits {
  /** Deltas held at the most. */
  items: number
  /** Bytes of encoded deltas held at the most; those not encoded yet count by an estimate. */
  bytes: number
}

/** What an entry takes beside its JSON. */
const OVERHEAD = 64

/** The newest deltas of this epoch by sequence number, each encoded at most once, bounded in number and bytes. */
export class DeltaRing {
  readonly #limits: RingLimits
  readonly #entries: (Entry | undefined)[] = []
  #first: number
  #last: number
  #bytes = 0

  /** `position`: number of the newest delta that is already past. */
  constructor(limits: RingLimits, position: number) {
    this.#limits = limits
    this.#last = position
    this.#first = position + 1
  }

  /** Number of the newest delta. */
  get last(): number {
    return this.#last
  }

  /** Whether every delta after `position` is still held. */
  holdsAfter(position: number): boolean {
    return position >= this.#first - 1 && position <= this.#last
  }

  /** Deltas must come in the order of their numbers, none left out. */
  push(delta: Delta): void {
    const size = estimate(delta)
    this.#last = delta.seq
    this.#bytes += size
    while (
      delta.seq - this.#first >= this.#limits.items ||
      (this.#bytes > this.#limits.bytes && this.#first < delta.seq)
    ) {
      this.#dropOldest()
    }
    this.#entries[delta.seq % this.#limits.items] = { delta, json: undefined, size }
  }

  delta(seq: number): Delta {
    return this.#entry(seq).delta
  }

  json(seq: number): string {
    const entry = this.#entry(seq)
    if (entry.json === undefined) {
      entry.json = encodeData(entry.delta.item)
      const size = entry.json.length + OVERHEAD
      this.#bytes += size - entry.size
      entry.size = size
    }
    return entry.json
  }

  #dropOldest(): void {
    const index = this.#first % this.#limits.items
    this.#bytes -= this.#entries[index]?.size ?? 0
    this.#entries[index] = undefined
    this.#first++
  }

  #entry(seq: number): Entry {
    const entry = this.#entries[seq % this.#limits.items]
    if (entry === undefined || seq < this.#first || seq > this.#last) {
      throw new RangeError(`The ring holds deltas ${this.#first} to ${this.#last}, not ${seq}.`)
    }
    return entry
  }
}

/** Near enough for a bound: most of a line is its message, records are of one size. */
function estimate(delta: Delta): number {
  if (delta.topic !== 'log') return 450 + OVERHEAD
  const { message, fields } = delta.item
  return 180 + OVERHEAD + message.length + (fields === undefined ? 0 : 300)
}

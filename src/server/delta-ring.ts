import { encodeData } from '../bus/codec.js'
import type { Delta } from '../bus/messages.js'

interface Entry {
  delta: Delta
  /** The item's JSON, made when the first session needs it. */
  json: string | undefined
}

/** The newest deltas of this epoch by sequence number, each encoded at most once. */
export class DeltaRing {
  readonly #capacity: number
  readonly #entries: (Entry | undefined)[]
  #first: number
  #last: number

  /** `position`: number of the newest delta that is already past. */
  constructor(capacity: number, position: number) {
    this.#capacity = capacity
    this.#entries = new Array<Entry | undefined>(capacity)
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

  push(delta: Delta): void {
    this.#entries[delta.seq % this.#capacity] = { delta, json: undefined }
    this.#last = delta.seq
    this.#first = Math.max(this.#first, delta.seq - this.#capacity + 1)
  }

  delta(seq: number): Delta {
    return this.#entry(seq).delta
  }

  json(seq: number): string {
    const entry = this.#entry(seq)
    return (entry.json ??= encodeData(entry.delta.item))
  }

  #entry(seq: number): Entry {
    const entry = this.#entries[seq % this.#capacity]
    if (entry === undefined || seq < this.#first || seq > this.#last) {
      throw new RangeError(`The ring holds deltas ${this.#first} to ${this.#last}, not ${seq}.`)
    }
    return entry
  }
}

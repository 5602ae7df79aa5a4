import { LAST_BUCKET } from './buckets.js'
import type { Histogram } from './histogram.js'
import { SLOTS } from './rolling-window.js'

type Counts = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

/** The range grows by whole steps of so many buckets, so that it is seldom laid out anew. A power of two. */
const STEP = 8
/** Bytes of a typed array beside its elements, and of the grid itself: an estimate, on the high side. */
const OVERHEAD = 320

/**
 * The quantile sketches of a window's slots in one block of memory: only the range of buckets that some slot uses is
 * held, one byte a count until a count needs more. A twentieth of what as many histograms would take.
 */
export class SketchGrid {
  /** Bucket by bucket, the counts of its slots side by side. */
  #counts: Counts = new Uint8Array(0)
  /** Largest count that an element holds. */
  #most = 0xff
  /** The first bucket held, and how many. */
  #first = 0
  #length = 0

  /** Bytes held, those of the engine for each array included. */
  get bytes(): number {
    return this.#counts.byteLength + OVERHEAD
  }

  /** Counts one more value of `bucket` in `slot`. */
  add(slot: number, bucket: number): void {
    if (bucket < this.#first || bucket >= this.#first + this.#length) this.#cover(bucket)
    const index = (bucket - this.#first) * SLOTS + slot
    if (this.#counts[index]! >= this.#most) this.#widen()
    this.#counts[index]!++
  }

  clear(slot: number): void {
    for (let index = slot; index < this.#counts.length; index += SLOTS) this.#counts[index] = 0
  }

  /** Adds the counts of all slots to `into`; the values' sum and largest one are not known here. */
  mergeInto(into: Histogram): void {
    if (this.#most === 0xff) return this.#mergeBytesInto(into)
    for (let i = 0, index = 0; i < this.#length; i++) {
      let count = 0
      for (const end = index + SLOTS; index < end; index++) count += this.#counts[index]!
      if (count > 0) into.addCount(this.#first + i, count)
    }
  }

  /** Four slots at a time: it is done for every model and every window, every three seconds. */
  #mergeBytesInto(into: Histogram): void {
    const words = new Uint32Array(this.#counts.buffer)
    for (let i = 0, at = 0; i < this.#length; i++, at += SLOTS / 4) {
      const a = words[at]!
      const b = words[at + 1]!
      const c = words[at + 2]!
      if ((a | b | c) === 0) continue
      const pairs = toPairs(a) + toPairs(b) + toPairs(c)
      into.addCount(this.#first + i, (pairs & 0xffff) + (pairs >>> 16))
    }
  }

  /** Lays the counts out anew over the buckets that are used now, and `bucket`. */
  #cover(bucket: number): void {
    let from = bucket
    let to = bucket
    for (let i = 0; i < this.#length; i++) {
      if (!this.#isUsed(i)) continue
      from = Math.min(from, this.#first + i)
      to = Math.max(to, this.#first + i)
    }
    const first = from - (from % STEP)
    const length = Math.min(LAST_BUCKET + 1, to - (to % STEP) + STEP) - first
    const counts = this.#create(length * SLOTS)
    const keptFrom = Math.max(first, this.#first)
    const keptTo = Math.min(first + length, this.#first + this.#length)
    if (keptFrom < keptTo) {
      counts.set(
        this.#counts.subarray((keptFrom - this.#first) * SLOTS, (keptTo - this.#first) * SLOTS),
        (keptFrom - first) * SLOTS,
      )
    }
    this.#counts = counts
    this.#first = first
    this.#length = length
  }

  #isUsed(i: number): boolean {
    for (let index = i * SLOTS; index < (i + 1) * SLOTS; index++) if (this.#counts[index] !== 0) return true
    return false
  }

  #create(length: number): Counts {
    if (this.#most === 0xff) return new Uint8Array(length)
    return this.#most === 0xffff ? new Uint16Array(length) : new Uint32Array(length)
  }

  #widen(): void {
    this.#most = this.#most === 0xff ? 0xffff : 0xffff_ffff
    const counts = this.#create(this.#counts.length)
    counts.set(this.#counts)
    this.#counts = counts
  }
}

/** The sums of every other byte, side by side. */
function toPairs(word: number): number {
  return (word & 0x00ff_00ff) + ((word >>> 8) & 0x00ff_00ff)
}

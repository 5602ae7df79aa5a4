import { isMeasured, LARGEST, LAST_BUCKET, middleOf, toBucket } from './buckets.js'
import { toDigits } from './digits.js'
import type { Quantiles } from './protocol.js'

/**
 * A quantile sketch over positive numbers: at most 2 % relative error, constant memory (3 KB), and exact merging,
 * because every histogram has the same buckets.
 */
export class Histogram {
  count = 0
  sum = 0
  max = 0
  /** Count by bucket number. */
  readonly #buckets = new Uint32Array(LAST_BUCKET + 1)
  /** Only buckets between these, ends included, may hold something. */
  #first = LAST_BUCKET
  #last = 0

  /** Ignores what is not a finite number from 0. */
  add(value: number): void {
    if (!isMeasured(value)) return
    const counted = Math.min(value, LARGEST)
    this.addCount(toBucket(counted), 1)
    this.addSum(counted, counted)
  }

  merge(other: Histogram): void {
    const mine = this.#buckets
    const theirs = other.#buckets
    for (let bucket = other.#first; bucket <= other.#last; bucket++) mine[bucket]! += theirs[bucket]!
    this.#extend(other.#first, other.#last)
    this.count += other.count
    this.addSum(other.sum, other.max)
  }

  /** Counts so many values of a bucket whose sum and largest value are told by `addSum`. */
  addCount(bucket: number, count: number): void {
    this.#buckets[bucket]! += count
    this.count += count
    this.#extend(bucket, bucket)
  }

  /** The sum and the largest of values that were counted by `addCount`. */
  addSum(sum: number, max: number): void {
    this.sum += sum
    if (max > this.max) this.max = max
  }

  clear(): void {
    this.count = 0
    this.sum = 0
    this.max = 0
    if (this.#first <= this.#last) this.#buckets.fill(0, this.#first, this.#last + 1)
    this.#first = LAST_BUCKET
    this.#last = 0
  }

  /** The value below which `share` (0..1) of the values lie, within 2 %; undefined when there are none. */
  quantile(share: number): number | undefined {
    const rank = share * (this.count - 1)
    let seen = 0
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      seen += this.#buckets[bucket]!
      if (seen > rank) return Math.min(this.max, middleOf(bucket))
    }
    return undefined
  }

  /** Only the count when nothing was added: an unknown quantile is absent, not 0. Three digits. */
  quantiles(): Quantiles {
    if (this.count === 0) return { count: 0 }
    const max = toDigits(this.max, 4)
    // A rounded quantile must not lie above the largest value.
    const figure = (share: number): number => Math.min(max, toDigits(this.quantile(share)!, 3))
    return {
      count: this.count,
      mean: toDigits(this.sum / this.count, 3),
      p50: figure(0.5),
      p95: figure(0.95),
      p99: figure(0.99),
      max,
    }
  }

  #extend(first: number, last: number): void {
    if (first < this.#first) this.#first = first
    if (last > this.#last) this.#last = last
  }
}

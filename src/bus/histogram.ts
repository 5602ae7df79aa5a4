import type { Quantiles } from './protocol.js'

/** Each bucket's bounds are this factor apart, so that its middle is within 2 % of every value in it. */
const GAMMA = 1.02 / 0.98
const LOG_GAMMA = Math.log(GAMMA)
/** Values below are counted as this value: a hundredth of a millisecond or of a token per second. */
const SMALLEST = 0.01
/** 700 buckets end above 10^10: a third of a year in milliseconds. */
const BUCKETS = 700

/**
 * A quantile sketch over positive numbers: at most 2 % relative error, memory that grows only with the number of
 * distinct buckets hit and never beyond 700, and exact merging, because every histogram has the same buckets. The
 * scheme is that of DDSketch (Masson, Rim and Lee, 2019).
 */
export class Histogram {
  count = 0
  sum = 0
  max = 0
  /** Count by bucket number. */
  readonly #buckets = new Map<number, number>()

  /** Ignores what is not a finite number from 0. */
  add(value: number): void {
    if (!(value >= 0) || value === Infinity) return
    this.count++
    this.sum += value
    if (value > this.max) this.max = value
    const bucket = Math.min(BUCKETS, Math.max(0, Math.ceil(Math.log(value / SMALLEST) / LOG_GAMMA)))
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
  }

  merge(other: Histogram): void {
    this.count += other.count
    this.sum += other.sum
    if (other.max > this.max) this.max = other.max
    for (const [bucket, count] of other.#buckets) {
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count)
    }
  }

  clear(): void {
    this.count = 0
    this.sum = 0
    this.max = 0
    this.#buckets.clear()
  }

  /** Only the count when nothing was added: an unknown quantile is absent, not 0. */
  quantiles(): Quantiles {
    if (this.count === 0) return { count: 0 }
    const sorted = [...this.#buckets].sort((a, b) => a[0] - b[0])
    return {
      count: this.count,
      mean: round(this.sum / this.count),
      p50: this.#quantile(sorted, 0.5),
      p95: this.#quantile(sorted, 0.95),
      p99: this.#quantile(sorted, 0.99),
      max: round(this.max),
    }
  }

  #quantile(sorted: [number, number][], quantile: number): number {
    const rank = quantile * (this.count - 1)
    let seen = 0
    for (const [bucket, count] of sorted) {
      seen += count
      if (seen > rank) return round(Math.min(this.max, middleOf(bucket)))
    }
    return round(this.max)
  }
}

function middleOf(bucket: number): number {
  return (SMALLEST * 2 * GAMMA ** bucket) / (GAMMA + 1)
}

/** Four digits: finer than the error, and short on the wire. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}

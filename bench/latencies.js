/** Width of a bucket in milliseconds. */
const STEP = 0.1
/** Later than this counts as this; in milliseconds. */
const LIMIT = 20_000

/** A histogram of latencies in steps of 0.1 ms. */
export class Latencies {
  count = 0
  #max = 0
  #buckets = new Uint32Array(LIMIT / STEP + 1)

  /**
   * @param {number} latency in milliseconds
   * @param {number} [times]
   */
  add(latency, times = 1) {
    const bounded = latency < 0 ? 0 : latency > LIMIT ? LIMIT : latency
    this.#buckets[(bounded / STEP) | 0] += times
    this.count += times
    if (bounded > this.#max) this.#max = bounded
  }

  /**
   * The latency in milliseconds that `share` of all do not exceed; undefined when there are none.
   * @param {number} share 0 to 1
   */
  quantile(share) {
    if (this.count === 0) return undefined
    let left = share * this.count
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      left -= this.#buckets[bucket]
      if (left <= 0) return Math.round(Math.min((bucket + 1) * STEP, this.#max) * 10) / 10
    }
    return this.#max
  }
}

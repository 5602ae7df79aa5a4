/** Automatic requests that all become items, in one second. */
const FULL_RATE = 200
/** Beyond it: one in so many of those that neither fail nor take long. */
const ONE_IN = 20

/** Decides which requests of automatic sources become items on a busy host. Times are monotonic milliseconds. */
export class RequestSampler {
  #second = -1
  #admitted = 0
  #rest = 0

  /** Whether a request that starts now is within the full rate. */
  admit(time: number): boolean {
    const second = Math.floor(time / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#admitted = 0
    }
    if (this.#admitted >= FULL_RATE) return false
    this.#admitted++
    return true
  }

  /** Whether this one of the rest becomes an item all the same. */
  pickOfTheRest(): boolean {
    return this.#rest++ % ONE_IN === 0
  }
}

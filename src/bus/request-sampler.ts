/** Automatic requests that all become items, in one second. */
const FULL_RATE = 200
/** After a second with more than these only the sample is shown: nobody reads more, and each item costs the host. */
const BUSY_RATE = 1000
/** Beyond the full rate: one in so many of those that neither fail nor take long. */
const ONE_IN = 20
/** And of these so many in one second. */
const MOST_OF_THE_REST = 50

/** Decides which requests of automatic sources become items on a busy host. Times are monotonic milliseconds. */
export class RequestSampler {
  #second = -1
  #limit = FULL_RATE
  #started = 0
  #ended = 0
  /** Of the rest, one in so many is shown, so that they are spread over the second. */
  #stride = ONE_IN
  #picked = 0

  /** Whether a request that starts now is within the full rate. */
  admit(time: number): boolean {
    const second = Math.floor(time / 1000)
    if (second !== this.#second) this.#begin(second)
    return this.#started++ < this.#limit
  }

  /** Whether this one of the rest becomes an item all the same. */
  pickOfTheRest(): boolean {
    if (this.#ended++ % this.#stride !== 0 || this.#picked >= MOST_OF_THE_REST) return false
    this.#picked++
    return true
  }

  #begin(second: number): void {
    const before = second === this.#second + 1 ? this.#started : 0
    this.#second = second
    this.#limit = before > BUSY_RATE ? 0 : FULL_RATE
    this.#stride = Math.max(ONE_IN, Math.ceil(before / MOST_OF_THE_REST))
    this.#started = 0
    this.#picked = 0
  }
}

/** Automatic requests that all become items, in one second that follows no busier one. */
const FULL_RATE = 200
/** Beyond it: one in so many of those that neither fail nor take long. */
const ONE_IN = 20
/** And of these so many in one second: items cost a very busy host more than what they tell is worth. */
const MOST_OF_THE_REST = 50

/**
 * Decides which requests of automatic sources become items on a busy host. Times are monotonic milliseconds. A second
 * that follows one beyond the full rate begins with the sample at once: the first requests of a second tell no more than
 * any others, and were most of what a busy host pays.
 */
export class RequestSampler {
  #second = -1
  #started = 0
  #isBusy = false
  #rest = 0
  #picked = 0

  /** Whether a request that starts now is within the full rate. */
  admit(time: number): boolean {
    const second = Math.floor(time / 1000)
    if (second !== this.#second) {
      this.#isBusy = second === this.#second + 1 && this.#started > FULL_RATE
      this.#second = second
      this.#started = 0
      this.#picked = 0
    }
    return ++this.#started <= FULL_RATE && !this.#isBusy
  }

  /** Whether this one of the rest becomes an item all the same. */
  pickOfTheRest(): boolean {
    if (this.#rest++ % ONE_IN !== 0 || this.#picked >= MOST_OF_THE_REST) return false
    this.#picked++
    return true
  }
}

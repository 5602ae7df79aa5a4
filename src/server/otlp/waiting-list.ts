import type { Clock } from '../../bus/clock.js'

/** Entries that wait at once; beyond that the oldest need wait no longer. */
const LIMIT = 2000

/** Calls back after a time that is the same for all, with one timer. */
export class WaitingList {
  readonly #clock: Clock
  readonly #patience: number
  #entries: { due: number; callback: () => void }[] = []
  #isTimed = false

  /** `patience`: milliseconds. */
  constructor(clock: Clock, patience: number) {
    this.#clock = clock
    this.#patience = patience
  }

  add(callback: () => void): void {
    this.#entries.push({ due: this.#clock.monotonic() + this.#patience, callback })
    if (this.#entries.length > LIMIT) this.#entries.shift()!.callback()
    this.#arm()
  }

  #arm(): void {
    const [first] = this.#entries
    if (this.#isTimed || first === undefined) return
    this.#isTimed = true
    this.#clock.setTimeout(() => this.#run(), Math.max(1, first.due - this.#clock.monotonic()))
  }

  #run(): void {
    this.#isTimed = false
    const now = this.#clock.monotonic()
    const waiting = this.#entries.findIndex(({ due }) => due > now)
    const due = this.#entries.splice(0, waiting === -1 ? this.#entries.length : waiting)
    for (const { callback } of due) callback()
    this.#arm()
  }
}

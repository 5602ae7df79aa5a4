import type { Clock } from '../../bus/clock.js'

/** Ids remembered, and for how many milliseconds. */
const IDS_LIMIT = 65_536
const AGE_LIMIT = 120_000

/** The ids of the messages that came lately, to know one that was sent again. */
export class MessageIds {
  readonly #clock: Clock
  readonly #known = new Set<string>()
  /** A ring in the order they came; a Set alone finds its oldest only past all that were deleted. */
  readonly #ids: string[] = []
  readonly #times: number[] = []
  #oldest = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Remembers `id`; returns whether it was known already. */
  add(id: string): boolean {
    const now = this.#clock.monotonic()
    this.#forget(now - AGE_LIMIT)
    if (this.#known.has(id)) return true
    if (this.#known.size >= IDS_LIMIT) this.#forgetOldest()
    const place = (this.#oldest + this.#known.size) % IDS_LIMIT
    this.#known.add(id)
    this.#ids[place] = id
    this.#times[place] = now
    return false
  }

  #forget(before: number): void {
    while (this.#known.size > 0 && this.#times[this.#oldest]! < before) this.#forgetOldest()
  }

  #forgetOldest(): void {
    this.#known.delete(this.#ids[this.#oldest]!)
    this.#ids[this.#oldest] = ''
    this.#oldest = (this.#oldest + 1) % IDS_LIMIT
  }
}

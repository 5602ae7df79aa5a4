/** How long a session counts as active after it was last seen. */
const SPAN = 300_000

/** Counts the distinct sessions seen within 5 minutes; beyond `limit` the one seen longest ago is forgotten. */
export class SessionTracker {
  readonly #limit: number
  /** Monotonic time last seen, in that order. */
  readonly #lastSeen = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  see(session: string, time: number): void {
    this.#lastSeen.delete(session)
    this.#lastSeen.set(session, time)
    if (this.#lastSeen.size > this.#limit) {
      const [oldest] = this.#lastSeen.keys()
      this.#lastSeen.delete(oldest!)
    }
  }

  count(time: number): number {
    for (const [session, seen] of this.#lastSeen) {
      if (time - seen < SPAN) break
      this.#lastSeen.delete(session)
    }
    return this.#lastSeen.size
  }
}

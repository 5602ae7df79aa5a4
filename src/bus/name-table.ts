/** What entries beyond the limit are called. */
const OTHER = 'other'

interface Options<Entry> {
  /** Entries told apart; further names share one more. */
  limit: number
  /** Milliseconds after which an unused entry may make room for a new one. */
  idleAfter: number
  create(first: string, second: string): Entry
}

/** Least milliseconds between two looks for idle entries: a flood of new names must not scan the table each time. */
const LOOK_INTERVAL = 1000

/**
 * Entries by a pair of names, such as provider and model. However many names come, there are at most `limit` entries
 * and one that the rest shares. Times are monotonic milliseconds.
 */
export class NameTable<Entry extends { lastUsed: number }> {
  readonly #options: Options<Entry>
  /** Two levels, so that no key has to be put together on each look-up. */
  readonly #entries = new Map<string, Map<string, Entry>>()
  #size = 0
  #shared: Entry | undefined
  #lookedAt = -Infinity

  constructor(options: Options<Entry>) {
    this.#options = options
  }

  /** The entry of these names, which is in use at `time`; a new one, or the shared one when there is no room. */
  at(first: string, second: string, time: number): Entry {
    const entry = this.#entries.get(first)?.get(second) ?? this.#add(first, second, time)
    entry.lastUsed = time
    return entry
  }

  /** The entry of these names, or the shared one, if it counts for them; undefined when there is none. */
  find(first: string, second: string): Entry | undefined {
    return this.#entries.get(first)?.get(second) ?? this.#shared
  }

  /** Whether the entry stands for all names beyond the limit. */
  isShared(entry: Entry): boolean {
    return entry === this.#shared
  }

  /** In no order; the shared one too. */
  *values(): Iterable<Entry> {
    for (const entries of this.#entries.values()) yield* entries.values()
  }

  #add(first: string, second: string, time: number): Entry {
    if (this.#size < this.#options.limit || this.#forgetIdle(time)) return this.#insert(first, second)
    return (this.#shared ??= this.#entries.get(OTHER)?.get(OTHER) ?? this.#insert(OTHER, OTHER))
  }

  #insert(first: string, second: string): Entry {
    const entry = this.#options.create(first, second)
    let entries = this.#entries.get(first)
    if (entries === undefined) this.#entries.set(first, (entries = new Map<string, Entry>()))
    entries.set(second, entry)
    this.#size++
    return entry
  }

  /** Makes room; answers whether there is some now. */
  #forgetIdle(time: number): boolean {
    const { limit, idleAfter } = this.#options
    if (time - this.#lookedAt < LOOK_INTERVAL) return false
    this.#lookedAt = time
    for (const [first, entries] of this.#entries) {
      for (const [second, entry] of entries) {
        if (time - entry.lastUsed <= idleAfter) continue
        entries.delete(second)
        this.#size--
        if (entry === this.#shared) this.#shared = undefined
      }
      if (entries.size === 0) this.#entries.delete(first)
    }
    return this.#size < limit
  }
}

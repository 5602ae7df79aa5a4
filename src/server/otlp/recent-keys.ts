/** Remembers the newest so many keys. */
export class RecentKeys {
  readonly #limit: number
  readonly #keys = new Set<string>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether the key is new. It is remembered then. */
  add(key: string): boolean {
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    if (this.#keys.size > this.#limit) this.#keys.delete(this.#keys.values().next().value!)
    return true
  }
}

import { Ring } from './ring.js'

/**
 * Work in flight and the newest that ended, by key, both bounded. The oldest active item makes room for a new one
 * beyond the limit: `start` returns it, so that the owner can end it as stale.
 */
export class WorkTable<Item extends { key: string }> {
  readonly #activeLimit: number
  readonly #active = new Map<string, Item>()
  readonly #finished: Ring<Item>
  readonly #finishedByKey = new Map<string, Item>()

  constructor(activeLimit: number, finishedLimit: number) {
    this.#activeLimit = activeLimit
    this.#finished = new Ring(finishedLimit)
  }

  get activeCount(): number {
    return this.#active.size
  }

  active(key: string): Item | undefined {
    return this.#active.get(key)
  }

  finished(key: string): Item | undefined {
    return this.#finishedByKey.get(key)
  }

  has(key: string): boolean {
    return this.#active.has(key) || this.#finishedByKey.has(key)
  }

  /** Returns the item that had to leave to make room, if any. It is not among the active ones any more. */
  start(item: Item): Item | undefined {
    this.#active.set(item.key, item)
    if (this.#active.size <= this.#activeLimit) return undefined
    const [oldest] = this.#active.values()
    this.#active.delete(oldest!.key)
    return oldest
  }

  /** Moves the item to the ended ones, unless it is there; the oldest of those beyond the limit is forgotten. */
  finish(item: Item): void {
    this.#active.delete(item.key)
    if (this.#finishedByKey.get(item.key) === item) return
    this.#finishedByKey.set(item.key, item)
    const forgotten = this.#finished.push(item)
    if (forgotten !== undefined && this.#finishedByKey.get(forgotten.key) === forgotten) {
      this.#finishedByKey.delete(forgotten.key)
    }
  }

  activeItems(): IterableIterator<Item> {
    return this.#active.values()
  }

  finishedItems(): Item[] {
    return this.#finished.toArray()
  }
}

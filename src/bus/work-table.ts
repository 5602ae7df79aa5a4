import { Ring } from './ring.js'

/**
 * Work in flight and the newest that ended, by id, both bounded. The oldest active item makes room for a new one
 * beyond the limit: `start` returns it, so that the owner can end it as stale.
 */
export class WorkTable<Item extends { id: string }> {
  readonly #activeLimit: number
  readonly #active = new Map<string, Item>()
  readonly #finished: Ring<Item>
  readonly #finishedById = new Map<string, Item>()

  constructor(activeLimit: number, finishedLimit: number) {
    this.#activeLimit = activeLimit
    this.#finished = new Ring(finishedLimit)
  }

  get activeCount(): number {
    return this.#active.size
  }

  active(id: string): Item | undefined {
    return this.#active.get(id)
  }

  finished(id: string): Item | undefined {
    return this.#finishedById.get(id)
  }

  has(id: string): boolean {
    return this.#active.has(id) || this.#finishedById.has(id)
  }

  /** Returns the item that had to leave to make room, if any. It is not among the active ones any more. */
  start(item: Item): Item | undefined {
    this.#active.set(item.id, item)
    if (this.#active.size <= this.#activeLimit) return undefined
    const [oldest] = this.#active.values()
    this.#active.delete(oldest!.id)
    return oldest
  }

  /** Moves the item to the ended ones, unless it is there; the oldest of those beyond the limit is forgotten. */
  finish(item: Item): void {
    this.#active.delete(item.id)
    if (this.#finishedById.get(item.id) === item) return
    this.#finishedById.set(item.id, item)
    const forgotten = this.#finished.push(item)
    if (forgotten !== undefined && this.#finishedById.get(forgotten.id) === forgotten) {
      this.#finishedById.delete(forgotten.id)
    }
  }

  activeItems(): IterableIterator<Item> {
    return this.#active.values()
  }

  finishedItems(): Item[] {
    return this.#finished.toArray()
  }
}

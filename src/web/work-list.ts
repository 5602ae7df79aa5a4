import type { WorkState } from '../bus/protocol.js'

interface Work {
  id: string
  instance: string
  startedAt: number
  state: WorkState
}

/** What is in flight and what ended lately, each oldest first. */
export interface WorkView<Item> {
  readonly active: readonly Item[]
  readonly recent: readonly Item[]
  /** How many are in flight: those of `active`, and others that are not held. */
  readonly inFlight: number
}

/**
 * Nothing a server sends may grow a page without bound, not even work that never ends. A server holds 5,000 unless its
 * host has it hold more.
 */
const ACTIVE_LIMIT = 10_000

/**
 * Records by (instance, id); a later one replaces the earlier. Those in flight are kept, those that ended move to
 * the recent ones, of which the newest `limit` stay. Of those in flight that it does not hold it keeps the count.
 */
export class WorkList<Item extends Work> {
  readonly #limit: number
  #active = new Map<string, Item>()
  #recent = new Map<string, Item>()
  #unheld = 0
  #replacedAt = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes `items` as all there is at `time`, but for `unheld` ones in flight that had no room. */
  replace(items: readonly Item[], time = 0, unheld = 0): void {
    this.#active = new Map()
    this.#recent = new Map()
    this.#unheld = 0
    this.#replacedAt = time
    for (const item of items) this.apply(item)
    this.#unheld += unheld
  }

  /** Takes in one record and says whether its work has ended just now, rather than been corrected. */
  apply(item: Item, isStart = false): boolean {
    const key = `${item.instance} ${item.id}`
    if (this.#unheld > 0 && !isStart && this.#isUnheld(key, item)) this.#unheld--
    if (item.state === 'active') {
      this.#recent.delete(key)
      this.#active.set(key, item)
      const dropped = dropOldest(this.#active, ACTIVE_LIMIT)
      if (dropped > 0) {
        this.#unheld += dropped
        this.#replacedAt = Math.max(this.#replacedAt, item.startedAt)
      }
      return false
    }
    const isNews = !this.#recent.has(key)
    this.#active.delete(key)
    this.#recent.set(key, item)
    dropOldest(this.#recent, this.#limit)
    return isNews
  }

  get inFlight(): number {
    return this.#active.size + this.#unheld
  }

  view(): WorkView<Item> {
    return {
      active: [...this.#active.values()],
      recent: [...this.#recent.values()],
      inFlight: this.inFlight,
    }
  }

  /** Unknown, though it began before everything there was came in. */
  #isUnheld(key: string, { startedAt }: Item): boolean {
    return startedAt <= this.#replacedAt && !this.#active.has(key) && !this.#recent.has(key)
  }
}

/** Answers how many were dropped. */
function dropOldest(items: Map<string, unknown>, limit: number): number {
  const before = items.size
  for (const key of items.keys()) {
    if (items.size <= limit) break
    items.delete(key)
  }
  return before - items.size
}

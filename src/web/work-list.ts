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
  /** How many are in flight: those of `active`, and older ones that are not held. */
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

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes `items` as all there is, oldest first, but for `unheld` older ones in flight. */
  replace(items: readonly Item[], unheld = 0): void {
    this.#active = new Map()
    this.#recent = new Map()
    this.#unheld = 0
    for (const item of items) this.apply(item)
    this.#unheld += unheld
  }

  /** Takes in one record and says whether its work has ended just now, rather than been corrected. */
  apply(item: Item): boolean {
    const key = `${item.instance} ${item.id}`
    if (this.#unheld > 0 && this.#isUnheld(key, item)) this.#unheld--
    if (item.state === 'active') {
      this.#recent.delete(key)
      this.#active.set(key, item)
      this.#unheld += dropOldest(this.#active, ACTIVE_LIMIT)
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

  /** What is not held is older than all that is. */
  #isUnheld(key: string, { startedAt }: Item): boolean {
    if (this.#active.has(key) || this.#recent.has(key)) return false
    const [oldest] = this.#active.values()
    return oldest === undefined || startedAt <= oldest.startedAt
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

import type { WorkState } from '../bus/protocol.js'

interface Work {
  id: string
  instance: string
  state: WorkState
}

/** What is in flight and what ended lately, each oldest first. */
export interface WorkView<Item> {
  readonly active: readonly Item[]
  readonly recent: readonly Item[]
}

/** Nothing a server sends may grow a page without bound, not even work that never ends. */
const ACTIVE_LIMIT = 2000

/**
 * Records by (instance, id); a later one replaces the earlier. Those in flight are kept, those that ended move to
 * the recent ones, of which the newest `limit` stay.
 */
export class WorkList<Item extends Work> {
  readonly #limit: number
  #active = new Map<string, Item>()
  #recent = new Map<string, Item>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes `items` as all there is, oldest first. */
  replace(items: readonly Item[]): void {
    this.#active = new Map()
    this.#recent = new Map()
    for (const item of items) this.apply(item)
  }

  /** Takes in one record and says whether its work has ended just now, rather than been corrected. */
  apply(item: Item): boolean {
    const key = `${item.instance} ${item.id}`
    if (item.state === 'active') {
      this.#recent.delete(key)
      this.#active.set(key, item)
      dropOldest(this.#active, ACTIVE_LIMIT)
      return false
    }
    const isNews = !this.#recent.has(key)
    this.#active.delete(key)
    this.#recent.set(key, item)
    dropOldest(this.#recent, this.#limit)
    return isNews
  }

  view(): WorkView<Item> {
    return { active: [...this.#active.values()], recent: [...this.#recent.values()] }
  }
}

function dropOldest(items: Map<string, unknown>, limit: number): void {
  for (const key of items.keys()) {
    if (items.size <= limit) return
    items.delete(key)
  }
}

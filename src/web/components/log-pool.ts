import type { LogFilter } from '../log-filter.js'
import type { ShownRow } from '../log-list.js'
import { ROW_HEIGHT } from './log-blocks.js'
import { createRow, drawRow } from './log-row.js'

/** Rows are drawn for no window that is higher than this many. */
const POOL_LIMIT = 200

/**
 * The tail of a log in which lines come faster than anyone reads: as many row elements as fit into the window, used
 * again and again. An empty box above them stands for all other rows, so that the scroller is as high as ever.
 */
export class LogPool {
  readonly #spacer = document.createElement('div')
  readonly #filter: LogFilter
  readonly element = document.createElement('div')
  #elements: HTMLElement[] = []
  #above = 0

  constructor(body: HTMLElement, filter: LogFilter) {
    this.#filter = filter
    this.element.className = 'pool'
    body.replaceChildren(this.#spacer, this.element)
  }

  /** Rows that are drawn. */
  get size(): number {
    return this.#elements.length
  }

  /**
   * Shows the newest of the rows.
   * @param height pixels that there are for them
   * @returns whether there are more of them now, or fewer
   */
  show(rows: readonly ShownRow[], height: number): boolean {
    const before = this.#above + this.size
    const fitting = Math.ceil(height / ROW_HEIGHT) + 2
    const shown = rows.slice(-Math.min(fitting, POOL_LIMIT))
    for (const element of this.#elements.splice(shown.length)) element.remove()
    shown.forEach((row, index) => {
      const element = this.#elements[index]
      if (element) return drawRow(element, row, this.#filter)
      const added = createRow(row, this.#filter)
      this.#elements.push(added)
      this.element.append(added)
    })
    const above = rows.length - shown.length
    if (above !== this.#above) this.#spacer.style.setProperty('height', `${above * ROW_HEIGHT}px`)
    this.#above = above
    return above + this.size !== before
  }
}

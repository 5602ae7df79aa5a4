import type { LogFilter } from '../log-filter.js'
import { ROW_HEIGHT } from './log-blocks.js'
import { createRow, drawRow, type ShownRow } from './log-row.js'

/** Rows are drawn for no window that is higher than this many. */
const POOL_LIMIT = 200

/**
 * The tail of a log in which lines come faster than anyone reads: as many row elements as fit into the window, used
 * again and again. An empty box above them stands for all other rows, so that the scroller is as high as ever.
 */
export class LogPool {
  readonly #scroller: HTMLElement
  readonly #spacer = document.createElement('div')
  readonly #filter: LogFilter
  readonly element = document.createElement('div')
  #elements: HTMLElement[] = []

  constructor(scroller: HTMLElement, body: HTMLElement, filter: LogFilter) {
    this.#scroller = scroller
    this.#filter = filter
    this.element.className = 'pool'
    body.replaceChildren(this.#spacer, this.element)
  }

  /** Rows that are drawn. */
  get size(): number {
    return this.#elements.length
  }

  /** Shows the newest of the rows. */
  show(rows: readonly ShownRow[]): void {
    const fitting = Math.ceil(this.#scroller.clientHeight / ROW_HEIGHT) + 2
    const shown = rows.slice(-Math.min(fitting, POOL_LIMIT))
    for (const element of this.#elements.splice(shown.length)) element.remove()
    shown.forEach((row, index) => {
      const element = this.#elements[index]
      if (element) return drawRow(element, row, this.#filter)
      const added = createRow(row, this.#filter)
      this.#elements.push(added)
      this.element.append(added)
    })
    this.#spacer.style.setProperty('height', `${(rows.length - shown.length) * ROW_HEIGHT}px`)
  }
}

import { toPlural } from '../format.js'
import { isGapRow, toLevelGroup, type LogView } from '../log-book.js'

/** Time between two announcements. A screen reader told of every line would never end. */
const SPACING = 10_000

/** What a screen reader is told of a log: its errors, now and then. */
export class ErrorNotice {
  text = ''
  #seen: number | undefined
  #errors = 0
  #toldAt = -Infinity

  /** Looks at what has come. Answers whether there is something new to say. */
  look(log: LogView): boolean {
    const { rows } = log
    for (let number = Math.max(this.#seen ?? rows.end, rows.start); number < rows.end; number++) {
      const row = rows.at(number)
      if (!isGapRow(row) && toLevelGroup(row.level) === 'error') this.#errors++
    }
    this.#seen = rows.end
    const now = performance.now()
    if (this.#errors === 0 || now - this.#toldAt < SPACING) return false
    this.text = `${toPlural(this.#errors, 'new error')} in the log`
    this.#errors = 0
    this.#toldAt = now
    return true
  }
}

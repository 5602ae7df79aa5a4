import type { LogRow, LogView } from './log-book.js'
import { LogFilter } from './log-filter.js'

/** Words in the place of a row. */
export interface NoteRow {
  note: string
}

export type ShownRow = LogRow | NoteRow

/** So long one turn of a search lasts, at most: less than a frame. Milliseconds. */
const TURN = 8
/** Rows between two looks at the clock. */
const STRIDE = 50
/** The first turn of a search ends with so many rows: more than anyone sees at once. */
const FIRST = 200

/**
 * The rows of a log that its filter shows, oldest first. What comes is looked at once, as it comes; what was there
 * before is searched from the newest back, in short turns, so that a filter never holds up the page.
 */
export class LogList {
  #filter = new LogFilter()
  #rows: ShownRow[] = []
  /** The number of each of them in the log. */
  #numbers: number[] = []
  #next = 0
  /** Number of the oldest row that was looked at. */
  #searched = 0
  #revision: number | undefined

  get rows(): readonly ShownRow[] {
    return this.#rows
  }

  /** Of the log whose rows these are. */
  get revision(): number | undefined {
    return this.#revision
  }

  /** Number of the row that comes next. */
  get next(): number {
    return this.#next
  }

  /** Whether the numbers of the log are those that rows were taken by, and none went by untaken. */
  follows(log: LogView): boolean {
    return log.revision === this.#revision && log.rows.start <= this.#next
  }

  /** Begins anew with what a log holds, none of which has been searched yet. */
  begin(log: LogView, filter: LogFilter): void {
    this.#filter = filter
    this.#rows = []
    this.#numbers = []
    this.#revision = log.revision
    this.#next = this.#searched = log.rows.end
  }

  isSearched(log: LogView): boolean {
    return this.#searched <= log.rows.start
  }

  /** Goes on with the search for one turn. Answers what was found, which stands before what was there. */
  search({ rows }: LogView): ShownRow[] {
    const until = performance.now() + TURN
    const found: LogRow[] = []
    const numbers: number[] = []
    while (this.#searched > rows.start) {
      const row = rows.at(--this.#searched)
      if (this.#filter.shows(row)) {
        found.push(row)
        numbers.push(this.#searched)
      }
      if (this.#rows.length === 0 && found.length === FIRST) break
      if (this.#searched % STRIDE === 0 && performance.now() > until) break
    }
    if (found.length === 0) return []
    found.reverse()
    this.#rows = [...found, ...this.#rows]
    this.#numbers = [...numbers.reverse(), ...this.#numbers]
    return found
  }

  /** The rows that have come and are shown. */
  take({ rows }: LogView): ShownRow[] {
    const fresh: LogRow[] = []
    for (let number = Math.max(this.#next, rows.start); number < rows.end; number++) {
      const row = rows.at(number)
      if (!this.#filter.shows(row)) continue
      fresh.push(row)
      this.#rows.push(row)
      this.#numbers.push(number)
    }
    this.#next = rows.end
    return fresh
  }

  /** Puts words where the next row will stand. */
  addNote(note: string): NoteRow {
    const row = { note }
    this.#rows.push(row)
    this.#numbers.push(this.#next)
    return row
  }

  /** How many of the rows have a lower number. */
  countBefore(number: number): number {
    let [low, high] = [0, this.#numbers.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#numbers[middle]! < number) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Lets the oldest rows go. */
  drop(count: number): void {
    if (count <= 0) return
    this.#rows.splice(0, count)
    this.#numbers.splice(0, count)
  }
}

import { toCount } from '../format.js'
import { isGapRow, toLevelGroup, type LogView } from '../log-book.js'
import { LogFilter } from '../log-filter.js'
import { LogList } from '../log-list.js'
import { CALM_AFTER, LineRate } from '../line-rate.js'
import { LogBlocks, ROW_HEIGHT } from './log-blocks.js'
import { LogNotes } from './log-notes.js'
import { LogPlace } from './log-place.js'
import { LogPool } from './log-pool.js'

/** Time between two drawings while lines come too fast to read. */
const BUSY_SPACING = 250

export interface Unseen {
  lines: number
  errors: number
}

export interface LogLinesOptions {
  scroller: HTMLElement
  /** Holds the rows, inside the scroller. */
  body: HTMLElement
  /** Says what is not held any more, above the rows. */
  head: HTMLElement
  /** Says how many rows go by undrawn, over the topmost row. */
  skipped: HTMLElement
  /** Called when `update` should be called although nothing has come. */
  onDue: () => void
}

/**
 * The rows inside the log's scroller, drawn by hand. At the tail they follow what comes: each row in blocks, or, when
 * more come than anyone reads, a window of the newest. While the reader is away from the tail, or has paused, nothing
 * is added or dropped, so nothing moves.
 */
export class LogLines {
  readonly #options: LogLinesOptions
  readonly #rate = new LineRate()
  readonly #list = new LogList()
  readonly #place: LogPlace
  readonly #notes: LogNotes
  readonly #blocks: LogBlocks
  #filter = new LogFilter()
  #pool: LogPool | undefined
  /** All is drawn anew with the next update. */
  #isStale = true
  #following = true
  /** The log at the moment of the pause. */
  #frozen: LogView | undefined
  #paused = false
  #counted = 0
  #unseen: Unseen = { lines: 0, errors: 0 }
  #latest: LogView | undefined
  #drawnAt = -Infinity
  #timer: ReturnType<typeof setTimeout> | undefined
  #search: ReturnType<typeof setTimeout> | undefined
  #tidying = 0

  constructor(options: LogLinesOptions) {
    this.#options = options
    this.#place = new LogPlace(options.scroller)
    this.#notes = new LogNotes(options)
    this.#blocks = new LogBlocks(options.scroller, options.body, this.#filter)
  }

  get following(): boolean {
    return this.#following && !this.#paused
  }

  /** What came since the reader left the tail, or since the pause. */
  get unseen(): Unseen {
    return this.#unseen
  }

  /** Rows in the list that the log still holds: those that its filter lets through. */
  get shown(): number {
    const log = this.#paused ? this.#frozen : this.#latest
    return log === undefined ? 0 : this.#list.rows.length - this.#list.countBefore(log.rows.start)
  }

  /** Whether rows are still being searched for. */
  get searching(): boolean {
    return this.#search !== undefined
  }

  /** Whether drawing can wait, as it can while lines come too fast to read. `onDue` is called when it is time. */
  canWait(): boolean {
    if (this.#pool === undefined || this.#isStale || !this.following) return false
    const left = this.#drawnAt + BUSY_SPACING - performance.now()
    if (left > 0) this.#wake(left)
    return left > 0
  }

  /** To be called after each scroll. Only a reader moves up; a tail that moved away by itself is caught up with. */
  readPosition(): void {
    const { move } = this.#place
    if (move === 'up') this.leaveTail()
    else if (this.following && !this.#place.isAtTail) this.#place.toTail()
    else if (move === 'to the end' && !this.#following) this.#readOn()
    if (this.#pool === undefined) this.#blocks.fill()
    this.#place.note(this.#following)
  }

  /** Keeps the reader's place when rows have changed their height: by another width, or wrapping. */
  keepPlace(): void {
    this.#place.measure()
    this.#blocks.forget()
    if (this.following) return this.#place.toTail()
    this.#place.restore()
    this.#blocks.fill()
    this.#place.mark()
  }

  /** Nothing moves from now on. */
  leaveTail(): void {
    if (!this.#following) return
    this.#following = false
    this.#leavePool()
  }

  /** Goes to the tail and stays there. */
  follow(): void {
    this.#following = true
    this.#drawnAt = -Infinity
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#frozen = this.#latest
    this.#leavePool()
  }

  resume(): void {
    this.#paused = false
    this.#frozen = undefined
    this.follow()
  }

  /** Draws all anew, at the tail. While paused only what was held then. */
  setFilter(filter: LogFilter): void {
    this.#filter = filter
    this.restart()
  }

  restart(): void {
    this.#isStale = true
    this.#unseen = { lines: 0, errors: 0 }
    this.follow()
  }

  /** Takes all rows away: what they were of is not known any more. */
  empty(): void {
    this.#latest = this.#frozen = undefined
    this.#discard()
    this.restart()
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#search)
    cancelAnimationFrame(this.#tidying)
    this.#timer = this.#search = undefined
  }

  update(log: LogView): void {
    this.#latest = log
    if (this.#paused) {
      this.#frozen ??= log
      if (this.#isStale) this.#rebuild(this.#frozen)
      return this.#count(log)
    }
    if (!this.#following) return this.#count(log)
    if (this.canWait()) return
    this.#drawnAt = performance.now()
    // Numbers that no longer hold, or a tab that slept while everything went by.
    if (this.#isStale || !this.#list.follows(log)) this.#rebuild(log)
    else this.#take(log)
    if (this.#pool) this.#wake(CALM_AFTER + BUSY_SPACING)
    this.#counted = log.rows.end
    this.#unseen = { lines: 0, errors: 0 }
  }

  #rebuild(log: LogView): void {
    const isBusy = this.#rate.busy && this.following
    this.#discard()
    this.#isStale = false
    this.#list.begin(log, this.#filter)
    this.#counted = log.rows.end
    const found = this.#list.search(log)
    if (isBusy) this.#enterPool()
    if (this.#pool) this.#pool.show(this.#list.rows, this.#place.height)
    else this.#blocks.push(found)
    this.#notes.showEvicted(log.rows.start)
    this.#showTail()
    if (!this.#list.isSearched(log)) this.#searchLater()
  }

  /** The page is drawn between two turns of a long search. */
  #searchLater(): void {
    clearTimeout(this.#search)
    this.#search = setTimeout(() => {
      this.#search = undefined
      const log = this.#paused ? this.#frozen : this.#latest
      if (log === undefined || this.#isStale || log.revision !== this.#list.revision) return
      const found = this.#list.search(log)
      if (found.length > 0 && this.#pool === undefined) this.#place.keep(() => this.#blocks.unshift(found))
      if (!this.#list.isSearched(log)) this.#searchLater()
      else this.#options.onDue()
    })
  }

  #discard(): void {
    cancelAnimationFrame(this.#tidying)
    clearTimeout(this.#search)
    this.#search = undefined
    this.#pool = undefined
    this.#notes.clear()
    this.#blocks.clear(this.#filter)
  }

  #take(log: LogView): void {
    const fresh = this.#list.take(log)
    this.#rate.add(fresh.length, performance.now())
    if (this.#rate.busy) this.#enterPool()
    else this.#leavePool(fresh.length)
    if (this.#pool === undefined) {
      this.#blocks.push(fresh)
      this.#showTail()
      return this.#tidy(log)
    }
    this.#tidy(log)
    this.#list.drop(this.#list.countBefore(log.rows.start))
    const isOther = this.#pool.show(this.#list.rows, this.#place.height)
    const skipped = Math.max(0, fresh.length - this.#pool.size)
    this.#notes.addSkipped(skipped, this.#rate.perSecond, this.#list.rows.length)
    // Most of the time the window is as high as before, and nothing needs to be laid out for it.
    if (isOther) this.#showTail()
  }

  /** The reader came to the end of what stood still: what has come since is put below, and nothing jumps. */
  #readOn(): void {
    const log = this.#latest
    if (this.#paused || log === undefined) return
    const isShort = this.#unseen.lines * ROW_HEIGHT <= this.#place.height
    if (log.revision !== this.#list.revision || isShort) return this.follow()
    const lost = log.rows.start - this.#list.next
    if (lost > 0)
      this.#blocks.push([
        this.#list.addNote(`${toCount(lost)} lines passed meanwhile and are no longer held`),
      ])
    this.#blocks.push(this.#list.take(log))
    this.#counted = log.rows.end
    this.#unseen = { lines: 0, errors: 0 }
    this.#place.keep(() => {
      this.#dropBlocks(log.rows.start)
      this.#notes.showEvicted(log.rows.start)
    })
  }

  /**
   * Brings what is above the rows up to date. Where that moves them, it is done in a frame of its own and made up for by
   * scrolling; together with new rows it would count as a shift of the layout.
   */
  #tidy({ rows: { start } }: LogView): void {
    if (!this.#hasOldBlocks(start) && !this.#notes.wouldMove(start)) return this.#notes.showEvicted(start)
    cancelAnimationFrame(this.#tidying)
    this.#tidying = requestAnimationFrame(() => {
      if (!this.following || this.#isStale) return
      this.#place.keep(() => {
        if (this.#pool === undefined) this.#dropBlocks(start)
        this.#notes.showEvicted(start)
      })
    })
  }

  /** Whether the store no longer holds any row of the oldest block. */
  #hasOldBlocks(start: number): boolean {
    const size = this.#blocks.headSize
    return size > 0 && size < this.#blocks.size && size <= this.#list.countBefore(start)
  }

  #dropBlocks(start: number): void {
    while (this.#hasOldBlocks(start)) {
      this.#list.drop(this.#blocks.headSize)
      this.#blocks.dropHead()
    }
  }

  #count({ rows }: LogView): void {
    const unseen = { ...this.#unseen }
    // Of rows that came and went between two looks, only their number is known.
    if (this.#filter.isOpen) unseen.lines += Math.max(0, rows.start - this.#counted)
    for (let number = Math.max(this.#counted, rows.start); number < rows.end; number++) {
      const row = rows.at(number)
      if (isGapRow(row) || !this.#filter.shows(row)) continue
      unseen.lines++
      if (toLevelGroup(row.level) === 'error') unseen.errors++
    }
    this.#counted = rows.end
    this.#unseen = unseen
  }

  #enterPool(): void {
    if (this.#pool) return
    this.#notes.clearSkipped()
    this.#blocks.clear(this.#filter)
    this.#pool = new LogPool(this.#options.body, this.#filter)
  }

  /**
   * The window's rows stay where they are, with focus and selection; blocks take the place of the rest.
   * @param undrawn newest rows that the window does not show yet
   */
  #leavePool(undrawn = 0): void {
    const pool = this.#pool
    if (pool === undefined) return
    this.#pool = undefined
    clearTimeout(this.#timer)
    this.#notes.clearSkipped()
    const { rows } = this.#list
    const drawn = rows.length - undrawn
    const above = Math.max(0, drawn - pool.size)
    this.#place.stay(() => this.#blocks.release(rows.slice(0, above), rows.slice(above, drawn), pool.element))
    this.#blocks.fill()
    this.#place.mark()
  }

  #showTail(): void {
    if (this.#pool) return this.#place.toTail()
    this.#blocks.fillTail(this.#place.height)
    this.#place.toTail()
    this.#blocks.leaveRest()
  }

  #wake(delay: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => requestAnimationFrame(this.#options.onDue), delay)
  }
}

import { isGapRow, toLevelGroup, type LogRow, type LogView } from '../log-book.js'
import { LogFilter } from '../log-filter.js'
import { toEvictedText } from '../log-text.js'
import { CALM_AFTER, LineRate } from '../line-rate.js'
import { toCount } from '../format.js'
import { LogBlocks, ROW_HEIGHT } from './log-blocks.js'
import { LogPool } from './log-pool.js'
import type { ShownRow } from './log-row.js'

/** This close to the end counts as being there. Pixels. */
const TAIL_TOLERANCE = 8
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
  #filter = new LogFilter()
  /** What is shown, oldest first, and the number of each row in the log. */
  #rows: ShownRow[] = []
  #numbers: number[] = []
  #blocks: LogBlocks
  #pool: LogPool | undefined
  /** Number of the first row not taken yet. */
  #next = 0
  #revision = -1
  #following = true
  /** The log at the moment of the pause. */
  #frozen: LogView | undefined
  #paused = false
  #position = 0
  /** The topmost row that a reader away from the tail sees, and how far below the scroller's edge it is. */
  #place: { row: Element; offset: number } | undefined
  #counted = 0
  #unseen: Unseen = { lines: 0, errors: 0 }
  #latest: LogView | undefined
  #drawnAt = -Infinity
  #skipped = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: LogLinesOptions) {
    this.#options = options
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
    const start = this.#latest ? this.#latest.end - this.#latest.rows.length : 0
    const gone = this.#paused ? 0 : this.#numbers.findIndex((number) => number >= start)
    return gone < 0 ? 0 : this.#rows.length - gone
  }

  /** Rows that went by undrawn since lines began to come too fast. */
  get skipped(): number {
    return this.#skipped
  }

  /** To be called after each scroll. Only a reader moves up; a tail that moved away by itself is caught up with. */
  readPosition(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#options.scroller
    const isAtTail = scrollHeight - scrollTop - clientHeight <= TAIL_TOLERANCE
    if (scrollTop < this.#position && !isAtTail) this.leaveTail()
    else if (this.following && !isAtTail) this.toTail()
    else if (isAtTail && !this.#following && scrollTop > this.#position) this.#readOn()
    if (this.#pool === undefined) this.#blocks.fill()
    this.#position = this.#options.scroller.scrollTop
    this.#place = this.#following ? undefined : this.#topmost()
  }

  /** Keeps the reader's place when rows have changed their height: by another width, or wrapping. */
  keepPlace(): void {
    this.#blocks.forget()
    if (this.following) return this.toTail()
    const place = this.#place
    if (place?.row.isConnected) {
      // A row that is lower now than it was must not slip out of sight.
      const offset = Math.max(place.offset, 4 - place.row.clientHeight)
      this.#options.scroller.scrollTop += this.#offsetOf(place.row) - offset
    }
    this.#blocks.fill()
    this.#position = this.#options.scroller.scrollTop
  }

  #topmost(): { row: Element; offset: number } | undefined {
    const { scroller } = this.#options
    const { left, top } = scroller.getBoundingClientRect()
    const root = scroller.getRootNode() as ShadowRoot
    const row = root.elementFromPoint(left + 20, top + 4)?.closest('.row')
    return row && scroller.contains(row) ? { row, offset: this.#offsetOf(row) } : undefined
  }

  #offsetOf(row: Element): number {
    return row.getBoundingClientRect().top - this.#options.scroller.getBoundingClientRect().top
  }

  /** Nothing moves from now on. */
  leaveTail(): void {
    if (!this.#following) return
    this.#following = false
    this.#leavePool()
  }

  /** Keeps a following reader at the tail when the scroller's size has changed. */
  toTail(): void {
    if (!this.following) return
    const { scroller } = this.#options
    scroller.scrollTop = scroller.scrollHeight
    this.#position = scroller.scrollTop
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
    this.#revision = -1
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
    this.#timer = undefined
  }

  update(log: LogView): void {
    this.#latest = log
    const now = performance.now()
    if (this.#paused) {
      this.#frozen ??= log
      if (this.#revision === -1) {
        this.#rebuild(this.#frozen)
        this.#showTail()
      }
      return this.#count(log)
    }
    if (!this.#following) return this.#count(log)
    if (this.#pool && this.#revision !== -1 && now - this.#drawnAt < BUSY_SPACING) {
      return this.#wake(BUSY_SPACING - (now - this.#drawnAt))
    }
    this.#drawnAt = now
    const start = log.end - log.rows.length
    // Numbers that no longer hold, or a tab that slept while everything went by.
    if (log.revision !== this.#revision || start > this.#next) this.#rebuild(log)
    else this.#take(log, now)
    if (this.#pool) this.#wake(CALM_AFTER + BUSY_SPACING)
    this.#counted = log.end
    this.#unseen = { lines: 0, errors: 0 }
    this.#showTail()
  }

  #rebuild(log: LogView): void {
    this.#discard()
    this.#next = log.end - log.rows.length
    this.#revision = log.revision
    this.#blocks.push(this.#collect(log))
    this.#counted = log.end
    this.#showHead(this.#next - log.rows.length)
  }

  #discard(): void {
    this.#pool = undefined
    this.#skipped = 0
    this.#options.skipped.hidden = true
    this.#rows = []
    this.#numbers = []
    this.#blocks.clear(this.#filter)
    this.#showHead(0)
  }

  /** The rows that came and are shown, which are also noted as such. */
  #collect(log: LogView): ShownRow[] {
    const start = log.end - log.rows.length
    const fresh: LogRow[] = []
    for (let number = Math.max(this.#next, start); number < log.end; number++) {
      const row = log.rows[number - start]!
      if (!this.#filter.shows(row)) continue
      fresh.push(row)
      this.#numbers.push(number)
    }
    for (const row of fresh) this.#rows.push(row)
    this.#next = log.end
    return fresh
  }

  #take(log: LogView, now: number): void {
    const fresh = this.#collect(log)
    this.#rate.add(fresh.length, now)
    if (this.#rate.busy) this.#enterPool()
    else this.#leavePool(fresh.length)
    if (this.#pool) {
      this.#trimRows(log.end - log.rows.length)
      this.#pool.show(this.#rows)
      this.#showSkipped(Math.max(0, fresh.length - this.#pool.size))
    } else {
      this.#blocks.push(fresh)
      this.#dropBlocks(log.end - log.rows.length)
    }
  }

  /** The reader came to the end of what stood still: what has come since is put below, and nothing moves. */
  #readOn(): void {
    const log = this.#latest
    const screenful = this.#options.scroller.clientHeight
    if (this.#paused || log === undefined) return
    if (log.revision !== this.#revision || this.#unseen.lines * ROW_HEIGHT <= screenful) return this.follow()
    const lost = log.end - log.rows.length - this.#next
    if (lost > 0) {
      const note = { note: `${toCount(lost)} lines passed meanwhile and are no longer held` }
      this.#rows.push(note)
      this.#numbers.push(this.#next)
      this.#blocks.push([note])
    }
    this.#blocks.push(this.#collect(log))
    this.#counted = log.end
    this.#unseen = { lines: 0, errors: 0 }
    const { scroller } = this.#options
    const dropped = this.#dropBlocks(log.end - log.rows.length)
    if (dropped > 0) scroller.scrollTop -= dropped
  }

  /** Lets go of whole blocks that the store no longer holds. Answers by how much the rows below moved up. */
  #dropBlocks(start: number): number {
    const { head } = this.#options
    const before = head.offsetHeight
    let height = 0
    for (;;) {
      const size = this.#blocks.headSize
      if (size === 0 || size === this.#blocks.size || !(this.#numbers[size - 1]! < start)) break
      height += this.#blocks.dropHead()
      this.#rows.splice(0, size)
      this.#numbers.splice(0, size)
    }
    this.#showHead(start)
    return height + before - head.offsetHeight
  }

  #trimRows(start: number): void {
    let gone = 0
    while (gone < this.#numbers.length - 1 && this.#numbers[gone]! < start) gone++
    this.#rows.splice(0, gone)
    this.#numbers.splice(0, gone)
    this.#showHead(start)
  }

  #count(log: LogView): void {
    const start = log.end - log.rows.length
    const unseen = { ...this.#unseen }
    // Of rows that came and went between two looks, only their number is known.
    if (this.#filter.isOpen) unseen.lines += Math.max(0, start - this.#counted)
    for (let number = Math.max(this.#counted, start); number < log.end; number++) {
      const row = log.rows[number - start]!
      if (isGapRow(row) || !this.#filter.shows(row)) continue
      unseen.lines++
      if (toLevelGroup(row.level) === 'error') unseen.errors++
    }
    this.#counted = log.end
    this.#unseen = unseen
  }

  #enterPool(): void {
    if (this.#pool) return
    this.#skipped = 0
    this.#blocks.clear(this.#filter)
    this.#pool = new LogPool(this.#options.scroller, this.#options.body, this.#filter)
  }

  /**
   * The window's rows stay where they are, with focus and selection; blocks take the place of the rest.
   * @param undrawn newest rows that the window does not show yet
   */
  #leavePool(undrawn = 0): void {
    const pool = this.#pool
    if (pool === undefined) return
    this.#pool = undefined
    this.stop()
    this.#options.skipped.hidden = true
    const drawn = this.#rows.length - undrawn
    const above = drawn - pool.size
    const { scroller } = this.#options
    const position = scroller.scrollTop
    this.#blocks.release(this.#rows.slice(0, above), this.#rows.slice(above, drawn), pool.element)
    scroller.scrollTop = position
    this.#blocks.fill()
    this.#position = scroller.scrollTop
  }

  #showTail(): void {
    const { scroller } = this.#options
    if (this.#pool === undefined) {
      this.#blocks.fillTail()
      scroller.scrollTop = scroller.scrollHeight
      this.#blocks.fill(false)
    }
    scroller.scrollTop = scroller.scrollHeight
    this.#position = scroller.scrollTop
  }

  #showHead(evicted: number): void {
    const { head } = this.#options
    head.hidden = evicted <= 0
    head.textContent = evicted <= 0 ? '' : toEvictedText(evicted)
  }

  #showSkipped(count: number): void {
    this.#skipped += count
    const { skipped } = this.#options
    skipped.hidden = this.#skipped === 0
    const [rate, undrawn, held] = [this.#rate.perSecond, this.#skipped, this.#rows.length].map(toCount)
    skipped.textContent = `${rate} lines/s · ${undrawn} not drawn · the newest ${held} are held: scroll up to read them`
  }

  #wake(delay: number): void {
    this.stop()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      requestAnimationFrame(this.#options.onDue)
    }, delay)
  }
}

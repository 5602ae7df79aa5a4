import { toClockTime, toCount, toFieldWords } from '../format.js'
import { isGapRow, toLevelGroup, type GapRow, type LogRow, type LogView } from '../log-book.js'
import type { LogLine } from '../../bus/protocol.js'

/** Rows in one block. The browser skips drawing whole blocks that are out of sight. */
const BLOCK_SIZE = 100
const ROW_HEIGHT = 19
/** This close to the end counts as being there. Pixels. */
const TAIL_TOLERANCE = 8

export interface Unseen {
  lines: number
  errors: number
}

/**
 * The rows inside the log's scroller, drawn by hand: appended at the tail in blocks, dropped whole blocks at a time
 * at the head. While the reader is away from the tail nothing is added or dropped, so nothing moves.
 */
export class LogLines {
  readonly #scroller: HTMLElement
  readonly #limit: number
  #blocks: { element: HTMLElement; rows: number }[] = []
  #drawn = 0
  /** Number of the first row not drawn yet. */
  #next = 0
  #revision = -1
  #following = true
  #position = 0
  #counted = 0
  #unseen: Unseen = { lines: 0, errors: 0 }

  constructor(scroller: HTMLElement, limit = 1000) {
    this.#scroller = scroller
    this.#limit = limit
  }

  get following(): boolean {
    return this.#following
  }

  /** What came since the reader left the tail. */
  get unseen(): Unseen {
    return this.#unseen
  }

  /** To be called after each scroll. Only a reader moves up; a tail that moved away by itself is caught up with. */
  readPosition(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller
    const isAtTail = scrollHeight - scrollTop - clientHeight <= TAIL_TOLERANCE
    if (isAtTail) this.#following = true
    else if (scrollTop < this.#position) this.#following = false
    else if (this.#following) this.toTail()
    this.#position = this.#scroller.scrollTop
  }

  /** Keeps a following reader at the tail when the scroller's size has changed. */
  toTail(): void {
    if (!this.#following) return
    this.#scroller.scrollTop = this.#scroller.scrollHeight
    this.#position = this.#scroller.scrollTop
  }

  /** Goes to the tail and stays there. */
  follow(): void {
    this.#following = true
  }

  /** Draws all anew, at the tail: for another filter. */
  clear(): void {
    this.#revision = -1
    this.#following = true
  }

  /** Takes all rows away: what they were of is not known any more. */
  empty(): void {
    for (const { element } of this.#blocks) element.remove()
    this.#blocks = []
    this.#drawn = 0
    this.clear()
  }

  /** Shows all of a line that is cut off, or cuts it again. */
  toggle(row: Element): void {
    row.classList.toggle('open')
    // Its block is no longer as high as its rows are many, so it must be measured even out of sight.
    row.parentElement?.style.setProperty('content-visibility', 'visible')
  }

  /** @param isShown the reader's filter; absent when everything is shown */
  update(log: LogView, isShown?: (row: LogRow) => boolean): void {
    const start = log.end - log.rows.length
    if (!this.#following) return this.#count(log, start, isShown)
    if (log.revision !== this.#revision) this.#reset(log, start)
    const fresh: LogRow[] = []
    for (let number = Math.max(this.#next, start); number < log.end; number++) {
      const row = log.rows[number - start]!
      if (isShown?.(row) ?? true) fresh.push(row)
    }
    const lost = start - this.#next
    if (lost > 0)
      this.#append(toNote(`${toCount(lost)} lines passed while you were reading and are no longer held`))
    // More than fits would be dropped again at once.
    for (const row of fresh.slice(-this.#limit))
      this.#append(isGapRow(row) ? toGapElement(row) : toLineElement(row))
    this.#next = log.end
    this.#counted = log.end
    this.#unseen = { lines: 0, errors: 0 }
    this.#trim()
    this.toTail()
  }

  #reset(log: LogView, start: number): void {
    this.empty()
    this.#next = start
    this.#revision = log.revision
  }

  #count(log: LogView, start: number, isShown?: (row: LogRow) => boolean): void {
    const unseen = { ...this.#unseen }
    // Of rows that came and went between two looks, only their number is known.
    if (isShown === undefined) unseen.lines += Math.max(0, start - this.#counted)
    for (let number = Math.max(this.#counted, start); number < log.end; number++) {
      const row = log.rows[number - start]!
      if (isGapRow(row) || isShown?.(row) === false) continue
      unseen.lines++
      if (toLevelGroup(row.level) === 'error') unseen.errors++
    }
    this.#counted = log.end
    this.#unseen = unseen
  }

  #append(row: HTMLElement): void {
    let block = this.#blocks.at(-1)
    if (block === undefined || block.rows === BLOCK_SIZE) {
      block = { element: document.createElement('div'), rows: 0 }
      block.element.className = 'block'
      this.#blocks.push(block)
      this.#scroller.append(block.element)
    }
    block.element.append(row)
    block.rows++
    this.#drawn++
    // A block out of sight is not laid out; it must be no smaller for that, or the reader would be thrown back.
    block.element.style.setProperty('min-block-size', `${block.rows * ROW_HEIGHT}px`)
  }

  #trim(): void {
    for (let head = this.#blocks[0]; head && this.#drawn - head.rows >= this.#limit; head = this.#blocks[0]) {
      head.element.remove()
      this.#blocks.shift()
      this.#drawn -= head.rows
    }
  }
}

function toPart(className: string, text: string): HTMLElement {
  const part = document.createElement('span')
  part.className = className
  part.textContent = text
  return part
}

/** Line breaks are shown as a sign, so that a line stays a line. */
const toOneLine = (text: string) => text.replace(/\r\n|[\n\r\u2028\u2029]/g, ' ⏎ ')

/** `[HH:MM:SS] [LEVEL] source: message key=value`. */
function toLineElement(line: LogLine): HTMLElement {
  const row = document.createElement('div')
  row.className = `row ${toLevelGroup(line.level)}`
  row.append(
    toPart('time', `[${toClockTime(line.time)}]`),
    ' ',
    toPart('level', `[${line.level.toUpperCase()}]`),
    ' ',
    toPart('source', `${toOneLine(line.source)}:`),
    ' ',
    toPart('message', toOneLine(line.message)),
  )
  if (line.fields !== undefined) row.append(' ', toPart('fields', toOneLine(toFieldWords(line.fields))))
  return row
}

const GAP_REASONS = {
  lagging: 'this page could not keep up',
  evicted: 'this page was away for too long',
  epoch: 'the server restarted',
  broker: 'the connection between instances was down',
}

function toGapElement({ gap }: GapRow): HTMLElement {
  const missed =
    gap.missed === undefined ? 'Some items' : gap.missed === 1 ? '1 item' : `${toCount(gap.missed)} items`
  const reason = GAP_REASONS[gap.reason] ?? gap.reason
  return toNote(gap.missed === 0 ? `Nothing missing: ${reason}` : `${missed} not shown: ${reason}`)
}

function toNote(text: string): HTMLElement {
  return Object.assign(document.createElement('div'), { className: 'row gap', textContent: text })
}

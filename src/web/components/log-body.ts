import type { LogLine } from '../../bus/protocol.js'
import type { LogView } from '../log-book.js'
import { LogFilter } from '../log-filter.js'
import { ErrorNotice } from './error-notice.js'
import { selectionOf } from './log-blocks.js'
import { readCriteria, type CriteriaAttributes } from './log-criteria.js'
import { toCopiedText } from './log-copy.js'
import { handleLogKey } from './log-keys.js'
import { LogLines, type Unseen } from './log-lines.js'
import { lineOf } from './log-row.js'
import { logRowStyles } from './log-row-styles.js'

export const styles = [logRowStyles]

export interface LogBodyOptions {
  scroller: HTMLElement
  /** Called when the log should be updated although nothing has come. */
  onDue: () => void
  /** Called when the log has left its tail or come back to it. */
  onFollow: (following: boolean) => void
  /** Called when the reader wants to see the tail. */
  onTail: () => void
  /** Called when the reader wants to see a line's request. */
  onOpenRequest: (line: LogLine) => void
}

/** The rows of the log, and what a reader does with them. */
export class LogBody {
  readonly #options: LogBodyOptions
  readonly #scroller: HTMLElement
  readonly #lines: LogLines
  readonly #notice = new ErrorNotice()
  readonly #resized = new ResizeObserver(() => this.#lines.keepPlace())
  readonly #events = new AbortController()
  #isFollowing = true
  #filter = new LogFilter()
  #fault: string | undefined

  constructor(options: LogBodyOptions) {
    this.#options = options
    this.#scroller = options.scroller
    const find = (name: string) => this.#scroller.querySelector<HTMLElement>(name)!
    this.#lines = new LogLines({
      scroller: this.#scroller,
      body: find('.body'),
      head: find('.head-note'),
      skipped: find('.skipped'),
      onDue: options.onDue,
    })
    this.#listen()
    this.#resized.observe(this.#scroller)
  }

  /** Takes all rows and listeners away. */
  destroy(): void {
    this.#events.abort()
    this.#resized.disconnect()
    this.#lines.empty()
    this.#lines.stop()
  }

  get following(): boolean {
    return this.#lines.following
  }

  /** What came since the reader left the tail, or since the pause. */
  get unseen(): Unseen {
    return this.#lines.unseen
  }

  /** Rows held that the filter shows. */
  get shown(): number {
    return this.#lines.shown
  }

  /** Whether rows are still being searched for. */
  get searching(): boolean {
    return this.#lines.searching
  }

  /** What a screen reader is told. */
  get notice(): string {
    return this.#notice.text
  }

  canWait(): boolean {
    return this.#lines.canWait()
  }

  get filter(): LogFilter {
    return this.#filter
  }

  /** Why the text that was given is no filter. */
  get fault(): string | undefined {
    return this.#fault
  }

  setFilter(attributes: CriteriaAttributes): void {
    const { filter, fault } = readCriteria(attributes, this.#filter)
    this.#filter = filter
    this.#fault = fault
    this.#lines.setFilter(filter)
  }

  /** The lines that are selected, or else those in sight, as text. */
  toText(): string {
    return toCopiedText(this.#scroller)
  }

  restart(): void {
    this.#lines.restart()
  }

  pause(paused: boolean): void {
    if (paused) this.#lines.pause()
    else this.#lines.resume()
  }

  /** Keeps the reader's place when rows have changed their height. */
  keepPlace(): void {
    this.#lines.keepPlace()
  }

  follow(): void {
    this.#lines.follow()
  }

  /** Draws what has come. Answers whether what is said about the rows is not true any more. */
  update(log: LogView | undefined): boolean {
    if (log === undefined) {
      this.#lines.empty()
      return false
    }
    const before = this.#summary
    this.#lines.update(log)
    const isNews = this.#notice.look(log)
    this.#tellFollowing()
    return isNews || before !== this.#summary
  }

  get #summary(): string {
    const { unseen, shown, searching } = this.#lines
    return [unseen.lines, unseen.errors, shown, searching].join()
  }

  #listen(): void {
    const { signal } = this.#events
    const on = <Type extends keyof HTMLElementEventMap>(
      type: Type,
      listener: (event: HTMLElementEventMap[Type]) => void,
    ) => this.#scroller.addEventListener(type, listener, { signal, passive: type === 'wheel' })
    on('scroll', () => {
      const { unseen } = this.#lines
      this.#lines.readPosition()
      if (unseen !== this.#lines.unseen) this.#options.onDue()
      this.#tellFollowing()
    })
    // Told by the wheel itself, a reader gets away even while lines pour in.
    on('wheel', ({ deltaY }) => deltaY < 0 && this.#scroller.scrollTop > 0 && this.#leaveTail())
    on('focusin', ({ target }) => (target as Element).closest('.row') && this.#leaveTail())
    on('click', ({ target }) => this.#onClick(target as Element))
    on('keydown', (event) => {
      handleLogKey(event, this.#scroller, {
        follow: this.#options.onTail,
        toHead: () => {
          this.#leaveTail()
          this.#scroller.scrollTop = 0
        },
        toggle: (row) => row.classList.toggle('open'),
        openRequest: (row) => this.#openRequest(row),
      })
    })
    document.addEventListener('selectionchange', () => this.#onSelection(), { signal })
  }

  /** A click opens a line that is cut off; selecting text does not. */
  #onClick(target: Element): void {
    const row = target.closest<HTMLElement>('.row')
    if (row === null || lineOf(row) === undefined) return
    if (target.closest('.request')) this.#openRequest(row)
    else if (selectionOf(this.#scroller) === undefined) row.classList.toggle('open')
  }

  #onSelection(): void {
    if (!this.following) return
    const node = selectionOf(this.#scroller)?.anchorNode
    if (node && this.#scroller.contains(node)) this.#leaveTail()
  }

  #openRequest(row: HTMLElement): void {
    const line = lineOf(row)
    if (line?.requestId !== undefined) this.#options.onOpenRequest(line)
  }

  #leaveTail(): void {
    this.#lines.leaveTail()
    this.#tellFollowing()
  }

  #tellFollowing(): void {
    const { following } = this
    if (following === this.#isFollowing) return
    this.#isFollowing = following
    this.#options.onFollow(following)
  }
}

/** This close to the end counts as being there. Pixels. */
const TAIL_TOLERANCE = 8

/** Where in the log's scroller the reader is, and how that is kept while what is above changes. */
export class LogPlace {
  readonly #scroller: HTMLElement
  #position = 0
  #height = 0
  /** The topmost row that a reader away from the tail sees, and how far below the scroller's edge it is. */
  #top: { row: Element; offset: number } | undefined

  constructor(scroller: HTMLElement) {
    this.#scroller = scroller
  }

  /** Height of what is seen, in pixels. Known without laying out the page. */
  get height(): number {
    if (this.#height === 0) this.measure()
    return this.#height
  }

  measure(): void {
    this.#height = this.#scroller.clientHeight
  }

  get isAtTail(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller
    return scrollHeight - scrollTop - clientHeight <= TAIL_TOLERANCE
  }

  /** Which way the reader has gone since the place was noted. */
  get move(): 'up' | 'to the end' | undefined {
    const { isAtTail } = this
    const { scrollTop } = this.#scroller
    if (scrollTop < this.#position && !isAtTail) return 'up'
    return isAtTail && scrollTop > this.#position ? 'to the end' : undefined
  }

  toTail(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight
    this.mark()
  }

  /** Takes the position for one that was not the reader's doing. */
  mark(): void {
    this.#position = this.#scroller.scrollTop
  }

  /** Notes what the reader looks at; at the tail, no row of it. */
  note(isAtTail: boolean): void {
    this.mark()
    this.#top = isAtTail ? undefined : this.#topmost()
  }

  /** Goes back to the row that was noted, when rows above it have changed their height. */
  restore(): void {
    const top = this.#top
    if (!top?.row.isConnected) return
    // A row that is lower now than it was must not slip out of sight.
    const offset = Math.max(top.offset, 4 - top.row.clientHeight)
    this.#scroller.scrollTop += this.#offsetOf(top.row) - offset
  }

  /** Makes a change to rows above what is seen, which must not move for it. */
  keep(change: () => void): void {
    const before = this.#scroller.scrollHeight
    const position = this.#scroller.scrollTop
    change()
    const by = this.#scroller.scrollHeight - before
    if (by !== 0) this.#scroller.scrollTop = position + by
    this.mark()
  }

  /** Replaces rows by others of the same height. */
  stay(change: () => void): void {
    const position = this.#scroller.scrollTop
    change()
    this.#scroller.scrollTop = position
  }

  #topmost(): { row: Element; offset: number } | undefined {
    const { left, top } = this.#scroller.getBoundingClientRect()
    const root = this.#scroller.getRootNode() as ShadowRoot
    const row = root.elementFromPoint(left + 20, top + 4)?.closest('.row')
    return row && this.#scroller.contains(row) ? { row, offset: this.#offsetOf(row) } : undefined
  }

  #offsetOf(row: Element): number {
    return row.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top
  }
}

import { toCount } from '../format.js'
import { toEvictedText } from '../log-text.js'

interface LogNoteElements {
  /** Says what is not held any more, above the rows. */
  head: HTMLElement
  /** Says how many rows go by undrawn, over the topmost row. */
  skipped: HTMLElement
}

/** What is said beside the rows of a log, of those that are not to be seen. */
export class LogNotes {
  readonly #elements: LogNoteElements
  #evicted = 0
  #skipped = 0

  constructor(elements: LogNoteElements) {
    this.#elements = elements
  }

  /** Whether saying so moves the rows. */
  wouldMove(evicted: number): boolean {
    return this.#evicted > 0 !== evicted > 0
  }

  showEvicted(count: number): void {
    if (count === this.#evicted) return
    this.#evicted = count
    const { head } = this.#elements
    head.hidden = count <= 0
    head.textContent = count <= 0 ? '' : toEvictedText(count)
  }

  /**
   * @param count rows that went by undrawn
   * @param rate lines per second
   * @param held rows that can be read
   */
  addSkipped(count: number, rate: number, held: number): void {
    this.#skipped += count
    const { skipped } = this.#elements
    skipped.hidden = this.#skipped === 0
    skipped.textContent =
      `${toCount(rate)} lines/s · ${toCount(this.#skipped)} not drawn · ` +
      `the newest ${toCount(held)} are held: scroll up to read them`
  }

  clearSkipped(): void {
    this.#skipped = 0
    this.#elements.skipped.hidden = true
  }

  clear(): void {
    this.showEvicted(0)
    this.clearSkipped()
  }
}

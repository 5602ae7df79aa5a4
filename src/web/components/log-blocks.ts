import type { LogFilter } from '../log-filter.js'
import type { ShownRow } from '../log-list.js'
import { createRow } from './log-row.js'

/** Rows in one block. The browser skips drawing whole blocks that are out of sight. */
const BLOCK_SIZE = 100
export const ROW_HEIGHT = 19
/** Blocks that have their rows; the others are empty and as high as if they had. */
const FILLED_LIMIT = 20
/** Blocks this near to what is seen get their rows. Pixels. */
const REACH = 400

interface Block {
  rows: ShownRow[]
  element: HTMLElement
  filled: boolean
}

/**
 * Rows in blocks inside a scroller: appended at the tail, dropped whole blocks at a time at the head. Blocks have
 * row elements only near what is seen, so ten thousand rows cost little more than a screenful.
 */
export class LogBlocks {
  readonly #scroller: HTMLElement
  readonly #body: HTMLElement
  #filter: LogFilter
  #blocks: Block[] = []
  #size = 0
  /** The first of the blocks that stand at the tail. */
  #tail = 0

  constructor(scroller: HTMLElement, body: HTMLElement, filter: LogFilter) {
    this.#scroller = scroller
    this.#body = body
    this.#filter = filter
  }

  /** Rows in all blocks. */
  get size(): number {
    return this.#size
  }

  /** Rows in the oldest block; 0 without one. */
  get headSize(): number {
    return this.#blocks[0]?.rows.length ?? 0
  }

  clear(filter: LogFilter): void {
    this.#filter = filter
    this.#blocks = []
    this.#size = 0
    this.#body.replaceChildren()
  }

  push(rows: readonly ShownRow[]): void {
    const fresh = document.createDocumentFragment()
    for (let index = 0; index < rows.length;) {
      let block = this.#blocks.at(-1)
      if (block === undefined || block.rows.length >= BLOCK_SIZE) {
        block = createBlock([])
        this.#blocks.push(block)
        fresh.append(block.element)
      }
      const part = rows.slice(index, index + BLOCK_SIZE - block.rows.length)
      index += part.length
      block.rows.push(...part)
      this.#size += part.length
      this.#reserve(block)
      if (block.filled) block.element.append(...part.map((row) => createRow(row, this.#filter)))
    }
    this.#body.append(fresh)
  }

  /** Puts rows above those that are there. */
  unshift(rows: readonly ShownRow[]): void {
    const blocks: Block[] = []
    for (let end = rows.length; end > 0; end -= BLOCK_SIZE) {
      const block = createBlock(rows.slice(Math.max(0, end - BLOCK_SIZE), end))
      this.#reserve(block)
      blocks.unshift(block)
    }
    this.#blocks.unshift(...blocks)
    this.#size += rows.length
    this.#body.prepend(...blocks.map(({ element }) => element))
  }

  /**
   * Takes the place of a window of the newest rows. Its element, which shows `tail`, stays in the page as the newest
   * block; what stood before it is replaced by blocks of the other rows.
   */
  release(rows: readonly ShownRow[], tail: readonly ShownRow[], element: HTMLElement): void {
    this.#blocks = []
    this.#size = 0
    element.className = 'block'
    while (element.previousSibling) element.previousSibling.remove()
    this.push(rows)
    // Put to its end; the element itself must not leave the page for a moment, or focus and selection would go.
    for (const block of this.#blocks) element.before(block.element)
    const block = { rows: [...tail], element, filled: true }
    this.#blocks.push(block)
    this.#reserve(block)
    this.#size += tail.length
  }

  /** Lets go of the heights that empty blocks had: they were of another layout. */
  forget(): void {
    for (const block of this.#blocks) if (!block.filled) block.element.style.removeProperty('height')
  }

  /** Removes the oldest block. */
  dropHead(): void {
    const head = this.#blocks.shift()
    if (head === undefined) return
    head.element.remove()
    this.#size -= head.rows.length
  }

  /** Fills the blocks that are near what is seen, which does not move for that, and empties those farthest away. */
  fill(): void {
    const { scrollTop, clientHeight } = this.#scroller
    const [top, bottom] = [scrollTop - REACH, scrollTop + clientHeight + REACH]
    const places = this.#blocks.map(({ element }) => [element.offsetTop, element.offsetHeight] as const)
    let shift = 0
    this.#blocks.forEach((block, index) => {
      const [start, height] = places[index]!
      const { element } = block
      const isNear = start < bottom && start + height > top
      if (isNear === element.classList.contains('near') && (!isNear || block.filled)) return
      if (!isNear) return retire(element, height)
      element.classList.add('near')
      this.#fillOne(block)
      // A row cut at the top edge belongs to what is seen; a block that ends above it does not.
      if (start + height <= scrollTop) shift += element.offsetHeight - height
    })
    if (shift !== 0) this.#scroller.scrollTop = scrollTop + shift
    this.#emptyFar((index) => Math.abs(places[index]![0] - scrollTop))
  }

  /**
   * The tail must have its rows before it can be seen. Needs no layout of the page.
   * @param height pixels of it that are seen
   */
  fillTail(height: number): void {
    this.#tail = this.#blocks.length
    for (let missing = height + REACH; missing > 0 && this.#tail > 0;) {
      const block = this.#blocks[--this.#tail]!
      this.#fillOne(block)
      block.element.classList.add('near')
      missing -= block.rows.length * ROW_HEIGHT
    }
  }

  /** What the tail has moved away from since. Called when the page has been laid out, which it leaves as it is. */
  leaveRest(): void {
    for (const { element } of this.#blocks.slice(0, this.#tail)) {
      if (element.classList.contains('near')) retire(element, element.offsetHeight)
    }
    this.#emptyFar((index) => this.#blocks.length - index)
  }

  #fillOne(block: Block): void {
    block.element.style.removeProperty('height')
    if (block.filled) return
    block.element.append(...block.rows.map((row) => createRow(row, this.#filter)))
    block.filled = true
  }

  /**
   * Out of sight a block is not laid out; it must be no smaller for that, or the reader would be thrown back. The
   * style sheet says it for blocks that are full.
   */
  #reserve({ rows, element }: Block): void {
    if (rows.length < BLOCK_SIZE) element.style.setProperty('min-block-size', `${rows.length * ROW_HEIGHT}px`)
    else element.style.removeProperty('min-block-size')
  }

  #emptyFar(toDistance: (index: number) => number): void {
    const filled = this.#blocks
      .map((block, index) => ({ block, distance: toDistance(index), index }))
      .filter(({ block }) => block.filled && !block.element.classList.contains('near'))
      .sort((a, b) => b.distance - a.distance)
    for (const { block, index } of filled.slice(0, Math.max(0, filled.length - FILLED_LIMIT))) {
      if (index >= this.#blocks.length - 2 || isHeld(block.element)) continue
      block.element.replaceChildren()
      block.filled = false
    }
  }
}

/** Out of reach a block keeps the height that it had, whatever the browser thinks of what it doesn't draw. */
function retire(element: HTMLElement, height: number): void {
  element.classList.remove('near')
  element.style.setProperty('height', `${height}px`)
}

function createBlock(rows: ShownRow[]): Block {
  const element = document.createElement('div')
  element.className = 'block'
  return { rows, element, filled: false }
}

/** Whether the reader has focus or a selection in it. */
function isHeld(element: HTMLElement): boolean {
  if (element.matches(':focus-within')) return true
  const selection = selectionOf(element)
  return selection !== undefined && selection.containsNode(element, true)
}

/** The selection as the shadow tree of an element knows it; absent when nothing is selected. */
export function selectionOf(element: HTMLElement): Selection | undefined {
  const root = element.getRootNode() as ShadowRoot & { getSelection?: () => Selection | null }
  const selection = root.getSelection?.() ?? document.getSelection()
  return selection === null || selection.isCollapsed ? undefined : selection
}

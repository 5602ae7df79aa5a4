import type { LogLine } from '../../bus/protocol.js'
import { isGapRow, toLevelGroup } from '../log-book.js'
import type { LogFilter, TextRange } from '../log-filter.js'
import type { ShownRow } from '../log-list.js'
import { toGapText, toLineParts, type LinePart } from '../log-text.js'

interface Drawn {
  row: ShownRow
  /** The parts of a line in which nothing is marked, by their names. */
  plain?: string
}

const drawn = new WeakMap<Element, Drawn>()

/** The line that an element shows; absent for gaps and notes. */
export function lineOf(element: Element | null | undefined): LogLine | undefined {
  const row = element ? drawn.get(element)?.row : undefined
  return row === undefined || 'note' in row || isGapRow(row) ? undefined : row
}

export function createRow(row: ShownRow, filter: LogFilter): HTMLElement {
  const element = document.createElement('div')
  // Arrow keys move from row to row; Tab passes them all.
  element.tabIndex = -1
  drawRow(element, row, filter)
  return element
}

/** Makes an element show a row, whatever it showed before. All text goes in as text. */
export function drawRow(element: HTMLElement, row: ShownRow, filter: LogFilter): void {
  const before = drawn.get(element)
  if (before?.row === row) return
  if ('note' in row || isGapRow(row)) {
    drawn.set(element, { row })
    element.className = 'row gap'
    element.setAttribute('part', 'gap')
    element.textContent = 'note' in row ? row.note : toGapText(row)
    return
  }
  const parts = toLineParts(row)
  const ranges = filter.ranges(row)
  const plain = ranges.length > 0 ? undefined : parts.map(({ name }) => name).join()
  const className = `row ${toLevelGroup(row.level)}`
  if (element.className !== className) element.className = className
  if (plain !== undefined && plain === before?.plain) {
    // While lines pour in, new texts in the elements of another line cost half as much as new elements.
    for (const [index, { text }] of parts.entries()) setText(element.childNodes[index * 2]!, text)
  } else {
    element.setAttribute('part', 'row')
    element.replaceChildren(...toChildren(parts, ranges))
  }
  drawn.set(element, plain === undefined ? { row } : { row, plain })
}

function setText(part: Node, text: string): void {
  const node = part.firstChild as Text
  if (node.data !== text) node.data = text
}

function toChildren(parts: readonly LinePart[], ranges: readonly TextRange[]): Node[] {
  const children: Node[] = []
  let offset = 0
  for (const part of parts) {
    if (children.length > 0) children.push(document.createTextNode(' '))
    const isSearched = part.name !== 'time'
    children.push(toPart(part, isSearched ? ranges : [], offset))
    if (isSearched) offset += part.text.length + 1
  }
  return children
}

function toPart({ name, text }: LinePart, ranges: readonly TextRange[], offset: number): HTMLElement {
  const part = document.createElement(name === 'request' ? 'button' : 'span')
  part.className = name
  if (part instanceof HTMLButtonElement) {
    part.type = 'button'
    part.tabIndex = -1
    part.title = 'Show this request'
  }
  let end = 0
  for (const [from, to] of ranges) {
    const [start, stop] = [Math.max(from - offset, end), Math.min(to - offset, text.length)]
    if (start >= stop) continue
    const mark = document.createElement('mark')
    mark.textContent = text.slice(start, stop)
    part.append(text.slice(end, start), mark)
    end = stop
  }
  part.append(text.slice(end))
  return part
}

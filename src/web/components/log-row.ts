import type { LogLine } from '../../bus/protocol.js'
import { isGapRow, toLevelGroup, type LogRow } from '../log-book.js'
import type { LogFilter, TextRange } from '../log-filter.js'
import { toGapText, toLineParts, type LinePart } from '../log-text.js'

/** Words in the place of a row. */
export interface NoteRow {
  note: string
}

export type ShownRow = LogRow | NoteRow

const drawn = new WeakMap<Element, ShownRow>()

/** The line that an element shows; absent for gaps and notes. */
export function lineOf(element: Element | null | undefined): LogLine | undefined {
  const row = element ? drawn.get(element) : undefined
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
  drawn.set(element, row)
  if ('note' in row || isGapRow(row)) {
    element.className = 'row gap'
    element.setAttribute('part', 'gap')
    element.textContent = 'note' in row ? row.note : toGapText(row)
    return
  }
  element.className = `row ${toLevelGroup(row.level)}`
  element.setAttribute('part', 'row')
  const ranges = filter.ranges(row)
  const children: Node[] = []
  let offset = 0
  for (const part of toLineParts(row)) {
    if (children.length > 0) children.push(document.createTextNode(' '))
    const isSearched = part.name !== 'time'
    children.push(toPart(part, isSearched ? ranges : [], offset))
    if (isSearched) offset += part.text.length + 1
  }
  element.replaceChildren(...children)
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

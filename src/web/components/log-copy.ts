import { toLineText } from '../log-text.js'
import { selectionOf } from './log-blocks.js'
import { lineOf } from './log-row.js'

/** The lines that are selected, or else those in sight, as text. */
export function toCopiedText(scroller: HTMLElement): string {
  const rows = [...scroller.querySelectorAll<HTMLElement>('.row')]
  const selection = selectionOf(scroller)
  const selected = selection ? rows.filter((row) => selection.containsNode(row, true)) : []
  const { top, bottom } = scroller.getBoundingClientRect()
  const isInSight = (row: HTMLElement) => {
    const box = row.getBoundingClientRect()
    return box.top + box.bottom > 2 * top && box.top + box.bottom < 2 * bottom
  }
  return (selected.length > 0 ? selected : rows.filter(isInSight)).map(toRowText).join('\n')
}

function toRowText(row: HTMLElement): string {
  const line = lineOf(row)
  return line ? toLineText(line) : row.innerText
}

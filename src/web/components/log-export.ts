import { isGapRow, type LogView } from '../log-book.js'
import type { LogFilter } from '../log-filter.js'
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

/** What the filter shows of the lines held, one JSON object a line; gaps are told as such. */
export function toNdjson(log: LogView, filter: LogFilter): string {
  const rows = log.rows.filter((row) => filter.shows(row))
  return rows
    .map((row) => (isGapRow(row) ? { gap: row.gap, from: row.from, until: row.until } : row))
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('')
}

export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }))
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

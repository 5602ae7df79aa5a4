import { isGapRow, type LogView } from '../log-book.js'
import type { LogFilter } from '../log-filter.js'

/** What the filter shows of the lines held, one JSON object a line; gaps are told as such. */
export function toNdjson(log: LogView, filter: LogFilter): string {
  const rows = [...log.rows].filter((row) => filter.shows(row))
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

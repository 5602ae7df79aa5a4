import type { SeriesColumn } from '../../bus/series.js'
import type { Series } from '../../bus/protocol.js'

export type Column = readonly (number | null)[]

/** One column of a series; empty when the server does not send it. */
export function columnOf(series: Series, name: SeriesColumn): Column {
  return series.columns[name] ?? []
}

/** The change per step of a cumulative column. Unknown beside a hole and where the count started anew. */
export function toChanges(column: Column): (number | null)[] {
  return column.slice(1).map((value, index) => {
    const before = column[index] ?? null
    return value === null || before === null || value < before ? null : value - before
  })
}

/** The sum over the last `span` milliseconds; absent when nothing is known of them. */
export function sumOfLast(changes: Column, span: number, step: number): number | undefined {
  const known = changes.slice(-Math.round(span / step)).filter((value) => value !== null)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}

/** The highest known value; absent when none is known. */
export function peakOf(column: Column): number | undefined {
  const known = column.filter((value) => value !== null)
  return known.length === 0 ? undefined : Math.max(...known)
}

/** Each value as the mean of itself and the known ones before it, `span` in all; holes stay holes. */
export function toMeans(column: Column, span: number): (number | null)[] {
  return column.map((value, index) => {
    if (value === null) return null
    const known = column.slice(Math.max(0, index - span + 1), index + 1).filter((other) => other !== null)
    return known.reduce((sum, other) => sum + other, 0) / known.length
  })
}

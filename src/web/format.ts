/** Pure conversions from wire values to the words and figures on screen. Unknown is an en dash, never 0. */

export const UNKNOWN = '–'

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

type Maybe = number | null | undefined

const isKnown = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value)

/** `48,216`. */
export function toCount(value: Maybe): string {
  return isKnown(value) ? WHOLE.format(value) : UNKNOWN
}

/** `402k`, `1.2M`; below 1,000 the figure itself. */
export function toCompact(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    // 999,950 would round up to 1,000k, so each unit starts a little early.
    if (value >= size * 0.9995) {
      const scaled = value / size
      return `${scaled < 9.95 ? scaled.toFixed(1).replace(/\.0$/, '') : Math.round(scaled)}${unit}`
    }
  }
  return WHOLE.format(value)
}

/** Milliseconds with their unit: `8,412 ms`. */
export function toMilliseconds(value: Maybe): string {
  return isKnown(value) ? `${WHOLE.format(value)} ms` : UNKNOWN
}

/** A latency at table precision: `410 ms`, `1.42 s`, `12.3 s`. */
export function toLatency(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN
  if (value < 999.5) return `${WHOLE.format(value)} ms`
  const seconds = value / 1000
  return seconds < 9.995
    ? `${seconds.toFixed(2)} s`
    : seconds < 99.95
      ? `${seconds.toFixed(1)} s`
      : toDuration(value)
}

/** A running or finished span: `0.4 s`, `32.4 s`, `1 m 48 s`, `2 h 5 m`, `3 d 4 h`. Never negative. */
export function toDuration(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN
  const span = Math.max(0, value)
  if (span < 59_950) return `${(span / 1000).toFixed(1)} s`
  const seconds = Math.floor(span / 1000 + 0.05)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} m`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `2d 3h 4m 5s`; leading zero units are left out. */
export function toUptime(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN
  const total = Math.max(0, Math.floor(value / 1000))
  const days = Math.floor(total / 86_400)
  const hours = Math.floor(total / 3600) % 24
  const minutes = Math.floor(total / 60) % 60
  const parts = [`${total % 60}s`]
  if (total >= 60) parts.unshift(`${minutes}m`)
  if (total >= 3600) parts.unshift(`${hours}h`)
  if (days > 0) parts.unshift(`${days}d`)
  return parts.join(' ')
}

/** A ratio 0..1 as `0.5 %`, `14.6 %`, `0 %`, `100 %`. */
export function toPercent(ratio: Maybe): string {
  if (!isKnown(ratio)) return UNKNOWN
  const percent = ratio * 100
  if (percent > 0 && percent < 0.05) return '< 0.1 %'
  return `${percent.toFixed(1).replace(/\.0$/, percent === 0 || percent >= 99.95 ? '' : '.0')} %`
}

/** Two figures of a kind: `412 / 96`, `412 / –`; both unknown are one dash. */
export function toPair(first: Maybe, second: Maybe, toFigure: (value: Maybe) => string): string {
  return isKnown(first) || isKnown(second) ? `${toFigure(first)} / ${toFigure(second)}` : UNKNOWN
}

/** Bytes in decimal units: `640 B`, `12 kB`, `82 MB`, `1.4 GB`. */
export function toBytes(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN
  for (const [unit, size, digits] of [
    ['GB', 1e9, 1],
    ['MB', 1e6, 0],
    ['kB', 1e3, 0],
  ] as const) {
    // 999,500 would round up to 1,000 kB, so each unit starts a little early.
    if (value >= size * 0.9995) return `${(value / size).toFixed(digits)} ${unit}`
  }
  return `${WHOLE.format(value)} B`
}

/** A short delay in milliseconds: `1.2 ms`, `0 ms`; from 10 on whole. */
export function toDelay(value: Maybe): string {
  return isKnown(value) && value < 9.95 ? `${value.toFixed(1).replace(/\.0$/, '')} ms` : toMilliseconds(value)
}

/** A ratio at a glance: `4 %`, `132 %`. */
export function toWholePercent(ratio: Maybe): string {
  return isKnown(ratio) ? `${WHOLE.format(ratio * 100)} %` : UNKNOWN
}

/** Tokens per second: `71`; below 10 with one decimal. */
export function toRate(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : WHOLE.format(value)
}

/** How long ago, in one unit: `now`, `3s ago`, `4m ago`, `2h ago`, `5d ago`. */
export function toAgo(span: Maybe): string {
  if (!isKnown(span)) return UNKNOWN
  const seconds = Math.floor(span / 1000)
  if (seconds < 1) return 'now'
  if (seconds < 60) return `${seconds}s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ago`
  return `${Math.floor(seconds / 86_400)}d ago`
}

const two = (value: number) => String(value).padStart(2, '0')

/** Local wall time, `HH:MM:SS`. */
export function toClockTime(time: Maybe): string {
  if (!isKnown(time)) return UNKNOWN
  const date = new Date(time)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Since when, seen from `now`: `11:20` today, `yesterday 11:20`, else `2026-11-21`. Local time. */
export function toSince(time: Maybe, now: number): string {
  if (!isKnown(time)) return UNKNOWN
  const date = new Date(time)
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`
  const today = new Date(now)
  if (date.toDateString() === today.toDateString()) return clock
  today.setDate(today.getDate() - 1)
  if (date.toDateString() === today.toDateString()) return `yesterday ${clock}`
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** `1 request`, `7 requests`. */
export function toPlural(count: number, noun: string): string {
  return `${toCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** A log line's fields as `key=value` words; values with blanks are quoted, objects are JSON. */
export function toFieldWords(fields: Record<string, unknown>): string {
  let words = ''
  for (const key in fields) words += `${words === '' ? '' : ' '}${key}=${toFieldValue(fields[key])}`
  return words
}

function toFieldValue(value: unknown): string {
  if (typeof value === 'string') return /[\s"=]/.test(value) || value === '' ? JSON.stringify(value) : value
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return JSON.stringify(value) ?? String(value)
}

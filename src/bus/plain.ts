import type { Fields } from './protocol.js'

/** Characters of one string; what is cut off is counted in its place. */
const TEXT_LIMIT = 8192
/** Characters of a name: a provider, a session, a source. */
const NAME_LIMIT = 256
const DEPTH_LIMIT = 6
const KEYS_LIMIT = 64

/** `value` as a string of at most `limit` characters. Never throws. */
export function toText(value: unknown, limit: number = TEXT_LIMIT): string {
  let text: string
  try {
    text = typeof value === 'string' ? value : String(value)
  } catch {
    text = '[unreadable]'
  }
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length - limit} more characters)`
}

/** A name or id, or undefined when there is none. */
export function toName(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : toText(value, NAME_LIMIT)
}

/** What went wrong, in one line fit for a table. */
export function toErrorText(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) {
    try {
      return toText(error.message, 1000) || toText(error, 1000)
    } catch {
      return '[unreadable]'
    }
  }
  return error === undefined ? 'unknown error' : toText(error, 1000)
}

/**
 * A copy of `fields` that holds only JSON values, is bounded in depth, keys and text, and shares nothing with the
 * host's objects. What can't be kept becomes a marker in square brackets. Never throws.
 */
export function toPlainFields(fields: Fields): Fields {
  return toPlain(fields, 0, []) as Fields
}

function toPlain(value: unknown, depth: number, ancestors: unknown[]): unknown {
  switch (typeof value) {
    case 'string':
      return toText(value)
    case 'number':
      return Number.isFinite(value) ? value : `[${value}]`
    case 'boolean':
      return value
    case 'bigint':
      return value.toString()
    case 'undefined':
      return undefined
    case 'object':
      if (value === null) return null
      if (ancestors.includes(value)) return '[circular]'
      if (depth >= DEPTH_LIMIT) return '[too deep]'
      return toPlainObject(value, depth, [...ancestors, value])
    default:
      return `[${typeof value}]`
  }
}

function toPlainObject(value: object, depth: number, ancestors: unknown[]): unknown {
  try {
    if (value instanceof Error)
      return { name: value.name, message: toText(value.message), stack: toText(value.stack) }
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (Array.isArray(value)) return toPlainArray(value, depth, ancestors)
    if (value instanceof Map || value instanceof Set) return toPlainArray([...value], depth, ancestors)
    return toPlainRecord(value as Record<string, unknown>, depth, ancestors)
  } catch {
    return '[unreadable]'
  }
}

function toPlainArray(values: unknown[], depth: number, ancestors: unknown[]): unknown[] {
  const plain = values.slice(0, KEYS_LIMIT).map((value) => toPlain(value, depth + 1, ancestors) ?? null)
  if (values.length > KEYS_LIMIT) plain.push(`[${values.length - KEYS_LIMIT} more]`)
  return plain
}

function toPlainRecord(
  record: Record<string, unknown>,
  depth: number,
  ancestors: unknown[],
): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  let kept = 0
  for (const key of Object.keys(record)) {
    if (kept === KEYS_LIMIT) {
      plain['…'] = `[${Object.keys(record).length - KEYS_LIMIT} more]`
      break
    }
    kept++
    let value: unknown
    try {
      value = toPlain(record[key], depth + 1, ancestors)
    } catch {
      value = '[unreadable]'
    }
    if (value === undefined) continue
    // A plain assignment to this key would set the copy's prototype.
    if (key === '__proto__')
      Object.defineProperty(plain, key, { value, enumerable: true, configurable: true, writable: true })
    else plain[toText(key, NAME_LIMIT)] = value
  }
  return plain
}

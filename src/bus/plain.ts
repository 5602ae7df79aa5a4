import type { Fields } from './protocol.js'

/** Characters of one string; what is cut off is counted in its place. */
const TEXT_LIMIT = 8192
/** Characters of a name: a provider, a session, a source. */
const NAME_LIMIT = 256
const ERROR_LIMIT = 1000
const DEPTH_LIMIT = 6
const KEYS_LIMIT = 64
/** Values of one line's fields, nested ones counted. */
const VALUES_LIMIT = 1000
/** Characters of all of them. */
const FIELDS_TEXT_LIMIT = 16_384
const TOO_MUCH = '[too much]'

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

/** What went wrong, in one line fit for a table. Never throws. */
export function toErrorText(error: unknown): string {
  if (error === undefined) return 'unknown error'
  try {
    const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
    return toText(message === '' ? error : message, ERROR_LIMIT)
  } catch {
    return '[unreadable]'
  }
}

/**
 * A copy of `fields` that holds only JSON values, is bounded in depth, keys, values and text, and shares nothing with
 * the host's objects. What can't be kept becomes a marker in square brackets. Never throws.
 */
export function toPlainFields(fields: Fields): Fields {
  return new PlainCopy().copy(fields) as Fields
}

class PlainCopy {
  #values = VALUES_LIMIT
  #text = FIELDS_TEXT_LIMIT
  readonly #ancestors: object[] = []

  copy(value: unknown): unknown {
    if (--this.#values < 0) return TOO_MUCH
    switch (typeof value) {
      case 'string':
        return this.#string(value)
      case 'number':
        return Number.isFinite(value) ? value : `[${value}]`
      case 'boolean':
        return value
      case 'bigint':
        return this.#string(value.toString())
      case 'undefined':
        return undefined
      case 'object':
        return value === null ? null : this.#nested(value)
      default:
        return `[${typeof value}]`
    }
  }

  #string(text: string): string {
    const short = toText(text)
    if (short.length > this.#text) return TOO_MUCH
    this.#text -= short.length
    return short
  }

  #nested(value: object): unknown {
    if (this.#ancestors.includes(value)) return '[circular]'
    if (this.#ancestors.length >= DEPTH_LIMIT) return '[too deep]'
    this.#ancestors.push(value)
    try {
      return this.#object(value)
    } catch {
      return '[unreadable]'
    } finally {
      this.#ancestors.pop()
    }
  }

  #object(value: object): unknown {
    if (value instanceof Error) return this.#error(value)
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (Array.isArray(value)) return this.#list(value)
    if (value instanceof Map || value instanceof Set) return this.#list([...value])
    return this.#record(value as Record<string, unknown>)
  }

  #error(error: Error): unknown {
    return {
      name: this.#string(toText(error.name)),
      message: this.#string(toText(error.message)),
      stack: this.#string(toText(error.stack)),
      ...(error.cause !== undefined && { cause: this.copy(error.cause) }),
    }
  }

  #list(values: unknown[]): unknown[] {
    const plain = values.slice(0, KEYS_LIMIT).map((value) => this.copy(value) ?? null)
    if (values.length > KEYS_LIMIT) plain.push(`[${values.length - KEYS_LIMIT} more]`)
    return plain
  }

  #record(record: Record<string, unknown>): Record<string, unknown> {
    const plain: Record<string, unknown> = {}
    const keys = Object.keys(record)
    for (const key of keys.slice(0, KEYS_LIMIT)) {
      let value: unknown
      try {
        value = this.copy(record[key])
      } catch {
        value = '[unreadable]'
      }
      if (value !== undefined) define(plain, toText(key, NAME_LIMIT), value)
    }
    if (keys.length > KEYS_LIMIT) plain['…'] = `[${keys.length - KEYS_LIMIT} more]`
    return plain
  }
}

/** Sets a key of a record, whatever the key is called. */
export function define(record: Record<string, unknown>, key: string, value: unknown): void {
  // A plain assignment to this key would set the prototype.
  if (key !== '__proto__') record[key] = value
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
}

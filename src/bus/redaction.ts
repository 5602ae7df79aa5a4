import { define } from './plain.js'
import type { Fields } from './protocol.js'
import { kindOfName, REDACTED, SECRET_TEXT, toPlainName, type KeyKind } from './secret-patterns.js'

/** What is taken for a secret beside what always is. */
export interface RedactionOptions {
  /** Names of further keys whose values are secrets, in any case and with any separators: `tenantId`. */
  keys?: string[] | undefined
  /** Further texts that are secrets: `/\bcus_\w+/`. Each is applied to every text; keep them cheap. */
  patterns?: RegExp[] | undefined
}

/** Texts shorter than this hold no secret that could be told. */
const LEAST = 8
/** Keys that are remembered; hosts make few. */
const KEYS_KEPT = 2000
const DEPTH_LIMIT = 12

/**
 * Takes secrets out of what was recorded: values under names of secrets, in any case and depth, and what looks like a
 * secret in any text. What it returns shares with what it was given all that holds none.
 */
export class Redaction {
  readonly #kinds = new Map<string, KeyKind>()
  readonly #names: Set<string>
  readonly #patterns: RegExp[]

  /** Throws a TypeError that names the option which is not accepted. */
  constructor({ keys = [], patterns = [] }: RedactionOptions = {}) {
    for (const key of keys) {
      if (typeof key === 'string' && toPlainName(key) !== '') continue
      throw new TypeError(`redact.keys takes names with letters or digits, not ${JSON.stringify(key)}.`)
    }
    for (const pattern of patterns) {
      if (pattern instanceof RegExp) continue
      throw new TypeError(`redact.patterns takes regular expressions, not ${JSON.stringify(pattern)}.`)
    }
    this.#names = new Set(keys.map(toPlainName))
    this.#patterns = patterns.map(({ source, flags }) => new RegExp(source, flags.replace(/[gy]/g, '') + 'g'))
  }

  /** `text` without the secrets in it. */
  text(text: string): string {
    if (text.length < LEAST) return text
    let safe = text.replace(SECRET_TEXT, keepPrefix)
    for (const pattern of this.#patterns) safe = safe.replace(pattern, REDACTED)
    return safe
  }

  /** A message of the bus without the secrets in its texts and fields. Its other keys are ours: they name no secrets. */
  message<Message extends object>(message: Message): Message {
    let safe = message
    for (const key of Object.keys(message) as (keyof Message)[]) {
      const value = message[key]
      const redacted = this.#value(value, DEPTH_LIMIT)
      if (redacted === value) continue
      if (safe === message) safe = { ...message }
      safe[key] = redacted as Message[typeof key]
    }
    return safe
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth === 0) return REDACTED
    return Array.isArray(value) ? this.#list(value, depth) : this.#record(value as Fields, depth)
  }

  #list(list: unknown[], depth: number): unknown[] {
    let safe = list
    list.forEach((value, index) => {
      const redacted = this.#value(value, depth - 1)
      if (redacted === value) return
      if (safe === list) safe = [...list]
      safe[index] = redacted
    })
    return safe
  }

  #record(record: Fields, depth: number): Fields {
    let safe = record
    for (const key of Object.keys(record)) {
      const value = record[key]
      const redacted = this.#hides(key, value) ? REDACTED : this.#value(value, depth - 1)
      const name = this.text(key)
      if (redacted === value && name === key) continue
      if (safe === record) safe = { ...record }
      if (name !== key) delete safe[key]
      define(safe, name, redacted)
    }
    return safe
  }

  #hides(key: string, value: unknown): boolean {
    if (value === null || value === undefined || value === '' || typeof value === 'boolean') return false
    const kind = this.#kindOf(key)
    return kind === 'secret' || (kind === 'secret text' && typeof value !== 'number')
  }

  #kindOf(key: string): KeyKind {
    let kind = this.#kinds.get(key)
    if (kind === undefined) {
      const name = toPlainName(key)
      kind = this.#names.has(name) ? 'secret' : kindOfName(name)
      if (this.#kinds.size >= KEYS_KEPT) this.#kinds.clear()
      this.#kinds.set(key, kind)
    }
    return kind
  }
}

/** Each alternative has one group: of those, all but that of the one that matched are undefined. */
function keepPrefix(_match: string, ...groups: unknown[]): string {
  for (const group of groups) if (typeof group === 'string') return group + REDACTED
  return REDACTED
}

import type { Scalar } from './json-shape.js'

const BACKSLASH = 92
/** What follows is cut off. */
const LIMIT = 1000

/** The bytes of one string or word of JSON, as they are written. */
export class KeptBytes {
  readonly #bytes = Buffer.allocUnsafe(LIMIT)
  #length = 0

  clear(): void {
    this.#length = 0
  }

  add(byte: number): void {
    if (this.#length < LIMIT) this.#bytes[this.#length++] = byte
  }

  /** Adds an escape, or nothing of it. */
  addEscape(escaped: number): void {
    if (this.#length > LIMIT - 2) return
    this.add(BACKSLASH)
    this.add(escaped)
  }

  equals(key: Uint8Array): boolean {
    if (key.length !== this.#length) return false
    for (let at = 0; at < key.length; at++) if (key[at] !== this.#bytes[at]) return false
    return true
  }

  /** The string that they are between quotes. */
  toText(): string {
    const raw = this.#toRaw()
    if (!raw.includes('\\')) return raw
    try {
      return JSON.parse(`"${raw}"`) as string
    } catch {
      // Cut off within an escape, or no JSON.
      return raw.replaceAll('\\', '')
    }
  }

  /** What they are without quotes; a string when JSON knows no such word. */
  toScalar(): Scalar {
    const word = this.#toRaw()
    if (word === 'true') return true
    if (word === 'false') return false
    if (word === 'null') return null
    const number = Number(word)
    return Number.isNaN(number) ? word : number
  }

  #toRaw(): string {
    return this.#bytes.toString('utf8', 0, this.#length)
  }
}

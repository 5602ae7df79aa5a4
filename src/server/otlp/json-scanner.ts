import { MalformedBodyError } from './malformed.js'

const TAB = 0x09
const LINE_FEED = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
const LOWER_U = 0x75

/** Characters of a number or word. More than any number needs. */
const SCALAR_LIMIT = 1000
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const WORDS = ['true', 'false', 'null']
/** What may stand behind a backslash. */
const ESCAPES = new Set(Buffer.from('"\\/bfnrtu'))
const CONTINUATION = 0x80

/** The tokens of JSON, one after the other. Throws a MalformedBodyError for what is none. */
export class JsonScanner {
  /** The next byte that was not read. */
  position = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    // A byte order mark is no part of JSON, but files begin with it.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.position = 3
  }

  /** The first byte of the next token, which is not read by that; -1 at the end. */
  peek(): number {
    const bytes = this.#bytes
    for (; this.position < bytes.length; this.position++) {
      const byte = bytes[this.position]!
      if (byte !== SPACE && byte !== LINE_FEED && byte !== RETURN && byte !== TAB) return byte
    }
    return -1
  }

  /** Reads one mark of punctuation; `name` is what the error calls it. */
  expect(byte: number, name: string): void {
    if (this.peek() !== byte) throw this.malformed(`${name} is expected`)
    this.position++
  }

  expectEnd(): void {
    if (this.peek() !== -1) throw this.malformed('its end is expected')
  }

  /** A string, of which at most `limit` bytes are kept; how many were cut off is told in their place. */
  string(limit: number): string {
    const { start, end, cut, hasEscapes } = this.#walkString(limit)
    const raw = this.#bytes.toString('utf8', start, cut)
    const text = hasEscapes ? (JSON.parse(`"${raw}"`) as string) : raw
    return cut === end ? text : `${text}… (${end - cut} more bytes)`
  }

  skipString(): void {
    this.#walkString(0)
  }

  /** Passes over a string; returns how many bytes stand between its quotes. */
  stringLength(): number {
    const { start, end } = this.#walkString(0)
    return end - start
  }

  number(): number {
    const text = this.skipScalar()
    if (WORDS.includes(text)) throw this.malformed('a number is expected')
    return Number(text)
  }

  /** Passes over a number, true, false or null; returns it as it is written. */
  skipScalar(): string {
    this.peek()
    const start = this.position
    const end = Math.min(this.#bytes.length, start + SCALAR_LIMIT)
    let at = start
    while (at < end && isScalarByte(this.#bytes[at]!)) at++
    const text = this.#bytes.toString('latin1', start, at)
    if (!NUMBER.test(text) && !WORDS.includes(text)) throw this.malformed('a value is expected')
    this.position = at
    return text
  }

  malformed(what: string): MalformedBodyError {
    return new MalformedBodyError(`The JSON body is malformed near byte ${this.position}: ${what}.`)
  }

  /** Reads a string; `cut` is where its first `limit` bytes end, not within a character or an escape. */
  #walkString(limit: number): { start: number; end: number; cut: number; hasEscapes: boolean } {
    this.expect(QUOTE, 'a string')
    const bytes = this.#bytes
    const start = this.position
    let cut = start
    let hasEscapes = false
    let at = start
    for (;;) {
      if (at >= bytes.length) {
        this.position = at
        throw this.malformed('the end of a string is expected')
      }
      const byte = bytes[at]!
      if (at - start <= limit && (byte & 0xc0) !== CONTINUATION) cut = at
      if (byte === QUOTE) break
      if (byte < SPACE) {
        this.position = at
        throw this.malformed('a string can not hold a control character')
      }
      if (byte === BACKSLASH) {
        hasEscapes = true
        at += this.#escapeLength(at)
      } else at++
    }
    this.position = at + 1
    return { start, end: at, cut, hasEscapes }
  }

  #escapeLength(at: number): number {
    const next = this.#bytes[at + 1] ?? -1
    const isHex = next !== LOWER_U || /^[\da-fA-F]{4}$/.test(this.#bytes.toString('latin1', at + 2, at + 6))
    if (ESCAPES.has(next) && isHex) return next === LOWER_U ? 6 : 2
    this.position = at
    throw this.malformed('a string has an unknown escape')
  }
}

/** Digits, letters, and what numbers have besides. */
function isScalarByte(byte: number): boolean {
  const lower = byte | 0x20
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  )
}

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
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'))
/** The bits of a byte that goes on with a character of UTF-8. */
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
    let at = this.position
    let byte = bytes[at]
    while (byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB) byte = bytes[++at]
    this.position = at
    return byte ?? -1
  }

  /** Reads one mark of punctuation; `name` is what the error calls it. */
  expect(byte: number, name: string): void {
    if (this.peek() !== byte) throw this.malformed(`${name} is expected`)
    this.position++
  }

  expectEnd(): void {
    if (this.peek() !== -1) throw this.malformed('its end is expected')
  }

  /** A string, of which about `limit` bytes are kept at most; how many were cut off is told in their place. */
  string(limit: number): string {
    const { start, end, hasEscapes } = this.#walkString()
    const cut = end - start <= limit ? end : this.#cutOf(start, limit)
    const raw = this.#bytes.toString('utf8', start, cut)
    const text = hasEscapes ? (JSON.parse(`"${raw}"`) as string) : raw
    return cut === end ? text : `${text}… (${end - cut} more bytes)`
  }

  skipString(): void {
    this.#walkString()
  }

  /** Passes over a string; returns how many bytes stand between its quotes. */
  stringLength(): number {
    const { start, end } = this.#walkString()
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

  #walkString(): { start: number; end: number; hasEscapes: boolean } {
    this.expect(QUOTE, 'a string')
    const bytes = this.#bytes
    const start = this.position
    let hasEscapes = false
    let at = start
    for (;;) {
      let byte = bytes[at]
      while (byte !== QUOTE && byte !== BACKSLASH && byte! >= SPACE) byte = bytes[++at]
      if (byte === QUOTE) break
      this.position = at
      if (byte === undefined) throw this.malformed('the end of a string is expected')
      if (byte !== BACKSLASH) throw this.malformed('a string can not hold a control character')
      hasEscapes = true
      at += this.#escapeLength(at)
    }
    this.position = at + 1
    return { start, end: at, hasEscapes }
  }

  /** Where the first `limit` bytes of a string end, not within a character or an escape. */
  #cutOf(start: number, limit: number): number {
    const bytes = this.#bytes
    let cut = start
    for (let at = start; at <= start + limit; at += bytes[at] === BACKSLASH ? this.#escapeLength(at) : 1) {
      if ((bytes[at]! & 0xc0) !== CONTINUATION) cut = at
    }
    return cut
  }

  #escapeLength(at: number): number {
    const bytes = this.#bytes
    const next = bytes[at + 1] ?? 0
    if (next === LOWER_U) {
      let digits = 0
      while (digits < 4 && isHex(bytes[at + 2 + digits] ?? 0)) digits++
      if (digits === 4) return 6
    } else if (ESCAPES.has(next)) return 2
    throw this.malformed('a string has an unknown escape')
  }
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66)
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

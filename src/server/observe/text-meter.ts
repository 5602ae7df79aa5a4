const QUOTE = 34
const BACKSLASH = 92

// What a byte of UTF-8 is to a tokenizer.
const LETTER = 0
const CAPITAL = 1
const DIGIT = 2
const SPACE = 3
const BREAK = 4
const SIGN = 5
/** First byte of a letter outside ASCII that takes two bytes: é, ж, ب. */
const ACCENT = 6
/** First byte of a character that is a token or less by itself. */
const SINGLE = 7
const WITHIN = 8

/** Tokens of the characters that stand for themselves, by their first byte. */
const SINGLES = new Float64Array(256)
const KINDS = new Uint8Array(256).map((_, byte) => {
  if (byte >= 97 && byte <= 122) return LETTER
  if (byte >= 65 && byte <= 90) return CAPITAL
  if (byte >= 48 && byte <= 57) return DIGIT
  if (byte === 32) return SPACE
  if (byte < 32) return BREAK
  if (byte < 128) return SIGN
  if (byte < 0xc0) return WITHIN
  return byte < 0xe0 ? ACCENT : SINGLE
})
for (let byte = 0xe0; byte < 256; byte++) {
  // Devanagari and Thai, kana, Han, Hangul; pictures; and signs such as dashes.
  if (byte === 0xe0) SINGLES[byte] = 0.38
  else if (byte >= 0xe3 && byte <= 0xe9) SINGLES[byte] = 0.8
  else if (byte >= 0xea && byte <= 0xed) SINGLES[byte] = 0.7
  else SINGLES[byte] = byte >= 0xf0 ? 2 : 1
}

/** Letters of a word that are one token, and tokens of each further one. */
const WORD = 9
const LETTER_BEYOND = 0.2
const ACCENT_WITHIN = 0.18
const SIGN_WITHIN = 0.3
const DIGITS_OF_A_TOKEN = 3
const INDENT = 0.7
const LINE_BREAK = 0.75
const BREAK_AFTER_SIGN = 0.2

/**
 * Estimates the tokens of a text that comes in pieces, by the bytes of its UTF-8, and keeps none of it. A word is one
 * token and a bit for what is longer than nine letters; three digits are one, a sign is one and the next ones of its row
 * a third; a character of Chinese or Japanese is four fifths, of Korean 0.7. Every piece is at least one, for most
 * providers send a token a piece, unless the pieces are plainly parts of tokens.
 */
export class TextMeter {
  #weight = 0
  #pieces = 0
  #isPieceOpen = false
  #told = 0
  #kind = SPACE
  /** Letters, digits or spaces so far of this row of them. */
  #length = 0

  get isEmpty(): boolean {
    return this.#pieces === 0 && !this.#isPieceOpen
  }

  /** At least 1 unless it is empty. */
  get tokens(): number {
    const weight = this.#weight
    const pieces = this.#pieces + (this.#isPieceOpen ? 1 : 0)
    if (pieces === 0) return 0
    const tokens = weight < pieces / 2 ? Math.max(1, Math.ceil(weight)) : Math.max(pieces, Math.round(weight))
    // What was told is not taken back when the pieces turn out to be smaller than they looked.
    return (this.#told = Math.max(this.#told, tokens))
  }

  /** Reads up to a quote or a backslash and answers where that is, `to` when there is none. */
  read(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE || byte === BACKSLASH) return at
      this.#read(byte)
    }
    return to
  }

  /** Reads one UTF-16 code unit that was written as an escape. */
  add(unit: number): void {
    if (unit < 0x80) this.#read(unit)
    else if (unit < 0x800) this.#read(0xc3)
    // Of a pair only the first half counts.
    else if (unit >= 0xdc00 && unit <= 0xdfff) return
    else if (unit >= 0xd800 && unit <= 0xdbff) this.#read(0xf0)
    else if (unit <= 0xffff) this.#read(0xe0 | (unit >> 12))
  }

  /** A piece is over; an empty one counts for nothing. */
  endPiece(): void {
    if (this.#isPieceOpen) this.#pieces++
    this.#isPieceOpen = false
  }

  #read(byte: number): void {
    const kind = KINDS[byte]!
    if (kind === WITHIN) return
    this.#isPieceOpen = true
    const before = this.#kind
    this.#kind = kind
    switch (kind) {
      case LETTER:
        // A capital and what follows it are one word.
        if (before === LETTER || before === CAPITAL || before === ACCENT) this.#goOn(WORD, LETTER_BEYOND)
        else this.#begin(1)
        return
      case CAPITAL:
        if (before === CAPITAL) this.#goOn(WORD, LETTER_BEYOND)
        else this.#begin(1)
        return
      case ACCENT:
        if (before === LETTER || before === CAPITAL || before === ACCENT) this.#goOn(0, ACCENT_WITHIN)
        else this.#begin(1)
        return
      case DIGIT:
        if (before !== DIGIT || this.#length === DIGITS_OF_A_TOKEN) this.#begin(1)
        else this.#length++
        return
      case SPACE:
        if (before !== SPACE) this.#length = 1
        else if (++this.#length === 2) this.#weight += INDENT
        return
      case BREAK:
        if (before !== BREAK) this.#weight += before === SIGN ? BREAK_AFTER_SIGN : LINE_BREAK
        return
      case SIGN:
        this.#weight += before === SIGN ? SIGN_WITHIN : 1
        return
      default:
        this.#weight += SINGLES[byte]!
    }
  }

  #begin(weight: number): void {
    this.#weight += weight
    this.#length = 1
  }

  #goOn(free: number, weight: number): void {
    if (++this.#length > free) this.#weight += weight
  }
}

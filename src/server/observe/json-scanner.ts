import type { Shape } from './json-shape.js'
import { KeptBytes } from './kept-bytes.js'
import type { TextMeter } from './text-meter.js'

const LF = 10
const QUOTE = 34
/** What a word weighs as. */
const ZERO = 48
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN = 91
const CLOSE = 93
/** { and [, } and ] differ in this bit alone. */
const BRACE_BIT = 32
const OPENING_BRACE = OPEN | BRACE_BIT

/** Objects and arrays around a wanted value; what is deeper is passed over. */
const DEPTH_LIMIT = 32
/** Bytes of an unwanted string that are looked at one by one before its end is searched natively. */
const SHORT = 32

/** Letters of the escapes of white space. */
const LINE_BREAKS = new Set(Buffer.from('bfnrt'))

// Where in a document the scanner is.
const BETWEEN = 0
const IN_STRING = 1
const IN_ESCAPE = 2
const IN_UNICODE = 3
const IN_WORD = 4

// What becomes of a string.
const PASS = 0
const KEEP = 1
const WEIGH = 2

/**
 * Reads JSON documents, one after the other, in pieces cut anywhere, and hands on what a shape wants of them. Holds one
 * wanted string at most. Documents are taken as they come: what is no JSON makes no sense, and no harm.
 */
export class JsonScanner<Target> {
  readonly #root: Shape<Target>
  readonly #target: Target
  readonly #meter: TextMeter
  #state = BETWEEN
  #fate = PASS
  readonly #kept = new KeptBytes()
  #hexDigits = 0
  #unit = 0
  /** How deep within an unwanted value. */
  #passed = 0
  readonly #outer: { shape: Shape<Target>; isObject: boolean }[] = []
  /** The innermost object or array that is wanted; none between documents. */
  #container: Shape<Target> | undefined
  #isObject = false
  #isKeyNext = false
  /** What is wanted of the next value. */
  #next: Shape<Target> | undefined

  /** `meter` weighs the text that the shape marks. */
  constructor(root: Shape<Target>, target: Target, meter: TextMeter) {
    this.#root = root
    this.#next = root
    this.#target = target
    this.#meter = meter
  }

  /** Forgets a document that has not come to its end. */
  reset(): void {
    this.#state = BETWEEN
    this.#passed = 0
    this.#outer.length = 0
    this.#container = undefined
    this.#isObject = false
    this.#isKeyNext = false
    this.#next = this.#root
  }

  write(bytes: Buffer, from = 0, to = bytes.length): void {
    let at = from
    while (at < to) {
      if (this.#state === IN_STRING) at = this.#readString(bytes, at, to)
      else if (this.#state === BETWEEN)
        at = this.#passed > 0 ? this.#passOver(bytes, at, to) : this.#readMark(bytes[at]!, at)
      else if (this.#state === IN_WORD) at = this.#readWord(bytes, at, to)
      else if (this.#state === IN_ESCAPE) this.#readEscape(bytes[at++]!)
      else this.#readHexDigit(bytes[at++]!)
    }
  }

  /** Answers where to go on. */
  #readMark(byte: number, at: number): number {
    if (byte === QUOTE) this.#beginString()
    else if (byte === COMMA) this.#isKeyNext = this.#isObject
    else if ((byte & ~BRACE_BIT) === OPEN) this.#open(byte === OPENING_BRACE)
    else if ((byte & ~BRACE_BIT) === CLOSE) this.#close()
    else if (byte > 32 && byte !== COLON) {
      this.#state = IN_WORD
      this.#kept.clear()
      return at
    }
    return at + 1
  }

  #open(isObject: boolean): void {
    const shape = this.#next
    shape?.begin?.(this.#target)
    const isWanted = shape?.isText === true || (isObject ? shape?.members : shape?.items) !== undefined
    if (shape === undefined || !isWanted || this.#outer.length >= DEPTH_LIMIT) {
      this.#passed = 1
      return
    }
    if (this.#container !== undefined) this.#outer.push({ shape: this.#container, isObject: this.#isObject })
    this.#container = shape
    this.#isObject = isObject
    this.#isKeyNext = isObject
    this.#next = toElement(shape)
  }

  #close(): void {
    this.#container?.end?.(this.#target)
    const outer = this.#outer.pop()
    this.#container = outer?.shape
    this.#isObject = outer?.isObject ?? false
    this.#isKeyNext = false
    this.#next = outer === undefined ? this.#root : toElement(outer.shape)
  }

  #passOver(bytes: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.#fate = PASS
        this.#state = IN_STRING
        return at + 1
      }
      if ((byte & ~BRACE_BIT) === OPEN) this.#passed++
      else if ((byte & ~BRACE_BIT) === CLOSE && --this.#passed === 0) return at + 1
    }
    return to
  }

  #beginString(): void {
    this.#state = IN_STRING
    this.#kept.clear()
    if (this.#isKeyNext) {
      this.#fate = this.#container?.isText === true ? WEIGH : KEEP
      return
    }
    const next = this.#next
    next?.begin?.(this.#target)
    this.#fate = next?.value !== undefined ? KEEP : next?.isText === true ? WEIGH : PASS
  }

  #readString(bytes: Buffer, from: number, to: number): number {
    if (this.#fate === PASS) return this.#passString(bytes, from, to)
    const end = this.#fate === WEIGH ? this.#meter.read(bytes, from, to) : this.#keep(bytes, from, to)
    if (end === to) return to
    if (bytes[end] === BACKSLASH) this.#state = IN_ESCAPE
    else this.#endString()
    return end + 1
  }

  #keep(bytes: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE || byte === BACKSLASH) return at
      this.#kept.add(byte)
    }
    return to
  }

  /** Prompts are long: this is where most bytes of a request go by. */
  #passString(bytes: Buffer, from: number, to: number): number {
    const near = Math.min(to, from + SHORT)
    for (let at = from; at < near; at++) {
      if (bytes[at] === QUOTE) {
        this.#endString()
        return at + 1
      }
      // What is escaped is no end, whatever it is.
      if (bytes[at] === BACKSLASH && ++at === near) {
        this.#state = IN_ESCAPE
        return near
      }
    }
    let at = near
    while (at < to) {
      const quote = bytes.indexOf(QUOTE, at)
      const end = quote === -1 || quote > to ? to : quote
      let backslashes = 0
      while (end - backslashes > at && bytes[end - 1 - backslashes] === BACKSLASH) backslashes++
      const isEscaped = backslashes % 2 === 1
      if (end === to) {
        if (isEscaped) this.#state = IN_ESCAPE
        return to
      }
      if (!isEscaped) {
        this.#endString()
        return end + 1
      }
      at = end + 1
    }
    return to
  }

  #readEscape(escaped: number): void {
    this.#state = IN_STRING
    if (this.#fate === KEEP) this.#kept.addEscape(escaped)
    if (this.#fate !== WEIGH) return
    if (escaped === 0x75) {
      this.#state = IN_UNICODE
      this.#unit = this.#hexDigits = 0
    } else this.#meter.add(LINE_BREAKS.has(escaped) ? LF : escaped)
  }

  #readHexDigit(digit: number): void {
    this.#unit = this.#unit * 16 + (digit < 58 ? digit - 48 : (digit & 15) + 9)
    if (++this.#hexDigits < 4) return
    this.#state = IN_STRING
    this.#meter.add(this.#unit)
  }

  #endString(): void {
    this.#state = BETWEEN
    if (this.#fate === WEIGH) this.#meter.endPiece()
    if (this.#isKeyNext) {
      this.#isKeyNext = false
      this.#next = this.#memberOf(this.#container)
    } else if (this.#fate === KEEP) {
      this.#next?.value?.(this.#target, this.#kept.toText())
    }
  }

  /** The member whose key was just read. */
  #memberOf(container: Shape<Target> | undefined): Shape<Target> | undefined {
    if (container?.isText === true) return container
    for (const { key, shape } of container?.members ?? []) {
      if (this.#kept.equals(key)) return shape
    }
    return undefined
  }

  #readWord(bytes: Buffer, from: number, to: number): number {
    let at = from
    for (; at < to; at++) {
      const byte = bytes[at]!
      if (byte <= 32 || byte === COMMA || byte === COLON || byte === QUOTE) break
      if ((byte & ~BRACE_BIT) === OPEN || (byte & ~BRACE_BIT) === CLOSE) break
      this.#kept.add(byte)
    }
    if (at === to) return to
    this.#state = BETWEEN
    const next = this.#next
    next?.begin?.(this.#target)
    if (next?.value !== undefined) next.value(this.#target, this.#kept.toScalar())
    // A null in the place of a text is none.
    else if (this.#container?.isText === true) this.#meter.add(ZERO)
    return at
  }
}

function toElement<Target>(container: Shape<Target>): Shape<Target> | undefined {
  return container.isText === true ? container : container.items
}

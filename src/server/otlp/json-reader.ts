import { JsonScanner } from './json-scanner.js'
import { DEPTH_LIMIT, FIELDS_LIMIT, TEXT_LIMIT, type MessageFields, type WireReader } from './wire-reader.js'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const LOWER_N = 0x6e
const LOWER_T = 0x74
const LOWER_F = 0x66

const WHOLE_NUMBER = /^-?\d{1,20}$/
const HEX = /^[\da-f]*$/
const ZEROS = /^0+$/

/** An object that was entered. */
interface Frame {
  /** Nothing was read of it yet. */
  isFresh: boolean
  /** The repeated field whose list is being read. */
  list: string | undefined
  isListFresh: boolean
}

interface JsonMark {
  position: number
  depth: number
  frame: Frame
}

/**
 * Reads JSON in the form that OTLP gives it: ids in hex, enums as numbers, 64-bit numbers as numbers or strings. Field
 * by field, so that a large body neither becomes one large object nor takes one long turn.
 */
export class JsonReader implements WireReader {
  readonly #scanner: JsonScanner
  readonly #frames: Frame[] = []
  #fieldsLeft = FIELDS_LIMIT

  constructor(bytes: Buffer) {
    this.#scanner = new JsonScanner(bytes)
  }

  next<Name extends string>(fields: MessageFields<Name>): Name | '' | undefined {
    const scanner = this.#scanner
    const frame = this.#frames.at(-1)!
    this.#spend()
    if (frame.list !== undefined) {
      if (this.#hasElement(frame)) return frame.list as Name
      frame.list = undefined
      return ''
    }
    if (scanner.peek() === CLOSE_OBJECT) {
      scanner.expect(CLOSE_OBJECT, '}')
      this.#frames.pop()
      if (this.#frames.length === 0) scanner.expectEnd()
      return undefined
    }
    if (!frame.isFresh) scanner.expect(COMMA, ', or }')
    frame.isFresh = false
    const field = fields.byName.get(this.#key())
    if (field !== undefined && scanner.peek() !== LOWER_N) {
      if (!field.isRepeated) return field.name
      scanner.expect(OPEN_LIST, 'a list')
      frame.list = field.name
      frame.isListFresh = true
      return ''
    }
    this.skip()
    return ''
  }

  enter(): void {
    this.#scanner.expect(OPEN_OBJECT, 'an object')
    this.#deepen(0)
    this.#frames.push({ isFresh: true, list: undefined, isListFresh: false })
  }

  /** Walks over any value, without recursion: how deep it nests is not known before. */
  skip(): void {
    const scanner = this.#scanner
    const closers: number[] = []
    for (;;) {
      this.#spend()
      const first = scanner.peek()
      if (first === OPEN_LIST || first === OPEN_OBJECT) {
        this.#deepen(closers.length)
        scanner.expect(first, '')
        const closer = first === OPEN_LIST ? CLOSE_LIST : CLOSE_OBJECT
        if (scanner.peek() !== closer) {
          closers.push(closer)
          if (closer === CLOSE_OBJECT) this.#skipKey()
          continue
        }
        scanner.expect(closer, '')
      } else if (first === QUOTE) scanner.skipString()
      else scanner.skipScalar()
      // A value is through, and maybe what holds it.
      for (;;) {
        const closer = closers.at(-1)
        if (closer === undefined) return
        if (scanner.peek() !== closer) break
        scanner.expect(closer, '')
        closers.pop()
      }
      scanner.expect(COMMA, ', or the end of the list or object')
      if (closers.at(-1) === CLOSE_OBJECT) this.#skipKey()
    }
  }

  text(): string {
    return this.#scanner.string(TEXT_LIMIT)
  }

  bool(): boolean {
    const scanner = this.#scanner
    const first = scanner.peek()
    if (first !== LOWER_T && first !== LOWER_F) throw scanner.malformed('true or false is expected')
    return scanner.skipScalar() === 'true'
  }

  int(): number {
    const value = this.#scanner.number()
    if (!Number.isInteger(value)) throw this.#scanner.malformed('a whole number is expected')
    return value
  }

  int64(): number {
    return Number(this.#int64Text())
  }

  fixedInt64(): number {
    return this.int64()
  }

  double(): number {
    if (this.#scanner.peek() !== QUOTE) return this.#scanner.number()
    const text = this.text()
    const value = Number(text)
    if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) {
      throw this.#scanner.malformed('a number is expected')
    }
    return value
  }

  fixed32(): number {
    return this.int()
  }

  time(): number {
    const digits = this.#int64Text()
    if (digits.startsWith('-')) throw this.#scanner.malformed('a time can not be negative')
    // Nanoseconds are beyond what a number holds exactly.
    return Number(digits.slice(0, -6)) + Number(digits.slice(-6)) / 1e6
  }

  byteCount(): number {
    return Math.floor((this.#scanner.stringLength() * 3) / 4)
  }

  id(bytes: number): string | null {
    const hex = this.text().toLowerCase()
    if (hex === '') return ''
    if (hex.length !== bytes * 2 || !HEX.test(hex)) return null
    return ZEROS.test(hex) ? '' : hex
  }

  mark(): JsonMark {
    return {
      position: this.#scanner.position,
      depth: this.#frames.length,
      frame: { ...this.#frames.at(-1)! },
    }
  }

  reset({ position, depth, frame }: JsonMark): void {
    this.#scanner.position = position
    this.#frames.length = depth - 1
    this.#frames.push({ ...frame })
  }

  refill(): void {
    this.#fieldsLeft = FIELDS_LIMIT
  }

  #hasElement(frame: Frame): boolean {
    const scanner = this.#scanner
    if (scanner.peek() === CLOSE_LIST) {
      scanner.expect(CLOSE_LIST, ']')
      return false
    }
    if (!frame.isListFresh) scanner.expect(COMMA, ', or ]')
    frame.isListFresh = false
    return true
  }

  /** A whole number, or a string of one; protobuf's 64-bit numbers come as either. */
  #int64Text(): string {
    const scanner = this.#scanner
    const text = scanner.peek() === QUOTE ? this.text() : String(this.int())
    if (WHOLE_NUMBER.test(text)) return text
    throw scanner.malformed('a whole number, or a string of one, is expected')
  }

  #key(): string {
    const key = this.#scanner.string(TEXT_LIMIT)
    this.#scanner.expect(COLON, ':')
    return key
  }

  #skipKey(): void {
    this.#scanner.skipString()
    this.#scanner.expect(COLON, ':')
  }

  #spend(): void {
    if (--this.#fieldsLeft >= 0) return
    throw this.#scanner.malformed(`one item has more than ${FIELDS_LIMIT} fields and values`)
  }

  #deepen(levels: number): void {
    if (this.#frames.length + levels < DEPTH_LIMIT) return
    throw this.#scanner.malformed(`it nests more than ${DEPTH_LIMIT} deep`)
  }
}

import { MalformedBodyError } from './malformed.js'
import { DEPTH_LIMIT, FIELDS_LIMIT, TEXT_LIMIT, type MessageFields, type WireReader } from './wire-reader.js'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const GROUP_START = 3
const GROUP_END = 4
const FIXED32 = 5
/** Not a wire type: the whole body, before it is entered. */
const BODY = 8

const VARINT_BYTES = 10
/** The bits of a byte that goes on with a character of UTF-8. */
const CONTINUATION = 0x80
const TWO_32 = 2 ** 32
const ZEROS = /^0+$/

interface ProtobufMark {
  position: number
  type: number
  end: number
  depth: number
}

/** Reads protobuf. No length that the body tells is believed before it was compared with what is there. */
export class ProtobufReader implements WireReader {
  readonly #bytes: Buffer
  #position = 0
  /** Where the current message ends, and those around it. */
  #end: number
  readonly #ends: number[] = []
  #type = BODY
  #fieldsLeft = FIELDS_LIMIT

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  next<Name extends string>(fields: MessageFields<Name>): Name | '' | undefined {
    if (this.#position === this.#end) {
      this.#end = this.#ends.pop()!
      return undefined
    }
    const field = fields.byNumber[this.#tag()]
    if (field !== undefined) return field.name
    this.skip()
    return ''
  }

  enter(): void {
    const end = this.#type === BODY ? this.#end : this.#rangeEnd()
    if (this.#ends.length >= DEPTH_LIMIT) throw this.#malformed(`messages nest more than ${DEPTH_LIMIT} deep`)
    this.#ends.push(this.#end)
    this.#end = end
  }

  skip(): void {
    this.#skipOne()
    if (this.#type === GROUP_START) this.#skipGroup()
  }

  text(): string {
    const end = this.#rangeEnd()
    const start = this.#position
    this.#position = end
    if (end - start <= TEXT_LIMIT) return this.#bytes.toString('utf8', start, end)
    let cut = start + TEXT_LIMIT
    // Not within a character.
    while (cut > start && (this.#bytes[cut]! & 0xc0) === CONTINUATION) cut--
    return `${this.#bytes.toString('utf8', start, cut)}… (${end - cut} more bytes)`
  }

  bool(): boolean {
    return this.int64() !== 0
  }

  int(): number {
    return this.int64()
  }

  int64(): number {
    this.#expect(VARINT)
    const start = this.#position
    const value = this.#varint()
    // Negative numbers travel as their complement to 2^64.
    return value < 2 ** 63 ? value : this.#signed(start)
  }

  fixedInt64(): number {
    const at = this.#take(FIXED64, 8)
    return this.#bytes.readInt32LE(at + 4) * TWO_32 + this.#bytes.readUInt32LE(at)
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(FIXED64, 8))
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#take(FIXED32, 4))
  }

  time(): number {
    const at = this.#take(FIXED64, 8)
    const high = this.#bytes.readUInt32LE(at + 4)
    // 2^32 is 4294 million and 967296: divided so, no part is beyond what a number holds exactly.
    return high * 4294 + (high * 967_296 + this.#bytes.readUInt32LE(at)) / 1e6
  }

  byteCount(): number {
    const end = this.#rangeEnd()
    const count = end - this.#position
    this.#position = end
    return count
  }

  id(bytes: number): string | null {
    const end = this.#rangeEnd()
    const start = this.#position
    this.#position = end
    if (end === start) return ''
    if (end - start !== bytes) return null
    const hex = this.#bytes.toString('hex', start, end)
    return hex.startsWith('00') && ZEROS.test(hex) ? '' : hex
  }

  mark(): ProtobufMark {
    return { position: this.#position, type: this.#type, end: this.#end, depth: this.#ends.length }
  }

  reset(mark: ProtobufMark): void {
    if (this.#ends.length < mark.depth) this.#ends.push(this.#end)
    this.#position = mark.position
    this.#type = mark.type
    this.#end = mark.end
  }

  refill(): void {
    this.#fieldsLeft = FIELDS_LIMIT
  }

  /** Reads the tag of a field; returns its number. */
  #tag(): number {
    if (--this.#fieldsLeft < 0) throw this.#malformed(`one item has more than ${FIELDS_LIMIT} fields`)
    const tag = this.#varint()
    const number = Math.floor(tag / 8)
    this.#type = tag & 7
    if (number === 0 || tag >= TWO_32 || this.#type > FIXED32 || this.#type === GROUP_END) {
      throw this.#malformed('a field has no valid tag')
    }
    return number
  }

  #skipOne(): void {
    if (this.#type === VARINT) this.#varint()
    else if (this.#type === BYTES) this.#position = this.#rangeEnd()
    else if (this.#type !== GROUP_START) this.#take(this.#type, this.#type === FIXED64 ? 8 : 4)
  }

  /** Groups are no part of OTLP; one that is unknown is skipped like any unknown field. */
  #skipGroup(): void {
    for (let depth = 1; depth > 0;) {
      if (--this.#fieldsLeft < 0) throw this.#malformed(`one item has more than ${FIELDS_LIMIT} fields`)
      this.#type = this.#varint() & 7
      if (this.#type > FIXED32) throw this.#malformed('a field has no valid tag')
      if (this.#type === GROUP_START) depth++
      else if (this.#type === GROUP_END) depth--
      else this.#skipOne()
      if (depth > DEPTH_LIMIT) throw this.#malformed(`groups nest more than ${DEPTH_LIMIT} deep`)
    }
  }

  /** Reads the length of the current value and returns where it ends; it begins at the position. */
  #rangeEnd(): number {
    this.#expect(BYTES)
    const length = this.#varint()
    if (length > this.#end - this.#position) throw this.#malformed('a field is longer than what holds it')
    return this.#position + length
  }

  /** Passes over a value of fixed size; returns where it begins. */
  #take(type: number, size: number): number {
    this.#expect(type)
    const start = this.#position
    if (size > this.#end - start) throw this.#malformed('it ends within a field')
    this.#position = start + size
    return start
  }

  /** An unsigned number, exact below 2^53. */
  #varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < VARINT_BYTES; i++) {
      if (this.#position >= this.#end) throw this.#malformed('it ends within a number')
      const byte = this.#bytes[this.#position++]!
      if (byte < 0x80) return value + byte * scale
      value += (byte - 0x80) * scale
      scale *= 0x80
    }
    throw this.#malformed(`a number has more than ${VARINT_BYTES} bytes`)
  }

  /** The varint that was just read from `start`, as a signed number. */
  #signed(start: number): number {
    let value = 0n
    for (let at = start, shift = 0n; at < this.#position; at++, shift += 7n) {
      value |= BigInt(this.#bytes[at]! & 0x7f) << shift
    }
    return Number(BigInt.asIntN(64, value))
  }

  #expect(type: number): void {
    if (this.#type !== type) throw this.#malformed('a field has another wire type than it must have')
  }

  #malformed(what: string): MalformedBodyError {
    return new MalformedBodyError(`The protobuf body is malformed near byte ${this.#position}: ${what}.`)
  }
}

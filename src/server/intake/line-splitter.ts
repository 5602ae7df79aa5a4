import { ByteBuffer } from './byte-buffer.js'

/** In the place of a line that has more bytes than are accepted. */
export const TOO_LONG = Symbol('too long')

export type Line = string | typeof TOO_LONG

const LINE_FEED = 10

/** Makes lines of chunks of bytes; holds at most one line, and of one that is too long nothing. */
export class LineSplitter {
  readonly #limit: number
  readonly #begun = new ByteBuffer()
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  #isTooLong = false

  /** `limit`: bytes of a line. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether a line has begun that has no end yet. */
  get isInLine(): boolean {
    return this.#begun.length > 0 || this.#isTooLong
  }

  /** The next chunk; all lines of the one before must have been taken. */
  push(chunk: Buffer): void {
    this.#chunk = chunk
    this.#at = 0
  }

  /** The next line, without its end; undefined when the rest of the chunk holds none. */
  next(): Line | undefined {
    const end = this.#chunk.indexOf(LINE_FEED, this.#at)
    if (end >= 0) return this.#finish(end)
    this.#keep(this.#chunk.length)
    return undefined
  }

  /** What is left when there are no more chunks: a last line without an end; undefined when there is none. */
  last(): Line | undefined {
    return this.isInLine ? this.#finish(this.#chunk.length) : undefined
  }

  #finish(end: number): Line {
    // Most lines lie within one chunk.
    if (!this.isInLine && end - this.#at <= this.#limit) {
      const line = this.#chunk.toString('utf8', this.#at, end)
      this.#at = end + 1
      return line
    }
    this.#keep(end)
    this.#at = end + 1
    const line = this.#isTooLong ? TOO_LONG : this.#begun.take().toString('utf8')
    this.#isTooLong = false
    return line
  }

  #keep(end: number): void {
    const piece = this.#chunk.subarray(this.#at, end)
    this.#at = end
    if (this.#isTooLong) return
    if (this.#begun.length + piece.length <= this.#limit) return this.#begun.append(piece)
    this.#isTooLong = true
    this.#begun.take()
  }
}

/** Bytes of a chunk; an item that is larger gets one of its own. */
const CHUNK = 128 * 1024

/** Where an item's JSON stands. A comma follows it, so that neighbours read as one list. */
export interface Piece {
  buffer: Buffer
  start: number
  end: number
}

/**
 * JSON as bytes, one item behind the other in chunks. Nothing is moved: what stands next to each other can be copied in
 * one go. A chunk is written over only when nothing in it is needed any more.
 */
export class ChunkStore {
  readonly #size: number
  /** Oldest first; the last one is being filled. */
  readonly #chunks: { buffer: Buffer; last: number }[] = []
  #end = 0
  /** One that holds nothing any more, kept for the next. */
  #spare: Buffer | undefined

  /** `limit`: bytes that are worth holding at all. */
  constructor(limit: number) {
    this.#size = Math.min(CHUNK, limit)
  }

  /** Writes the JSON of the item numbered `seq`, above all before it, and tells in `piece` where it stands. */
  append(json: string, seq: number, piece: Piece): void {
    // Most items fit whatever their characters are, and need not be measured.
    let chunk = this.#chunks.at(-1)
    if (chunk === undefined || this.#end + json.length * 3 + 1 > chunk.buffer.length) {
      const size = Buffer.byteLength(json) + 1
      if (chunk === undefined || this.#end + size > chunk.buffer.length) chunk = this.#next(size)
    }
    chunk.last = seq
    piece.buffer = chunk.buffer
    piece.start = this.#end
    piece.end = this.#end + chunk.buffer.write(json, this.#end)
    chunk.buffer[piece.end] = 0x2c
    this.#end = piece.end + 1
  }

  /** The items up to number `seq` are not needed any more. */
  release(seq: number): void {
    while (this.#chunks.length > 1 && this.#chunks[0]!.last <= seq) {
      const { buffer } = this.#chunks.shift()!
      if (buffer.length === this.#size) this.#spare = buffer
    }
  }

  #next(size: number): { buffer: Buffer; last: number } {
    let buffer = size <= this.#size ? this.#spare : undefined
    if (buffer === undefined) buffer = Buffer.allocUnsafeSlow(Math.max(this.#size, size))
    else this.#spare = undefined
    const chunk = { buffer, last: 0 }
    this.#chunks.push(chunk)
    this.#end = 0
    return chunk
  }
}

const LEAST_BLOCK = 4 * 1024
const LARGEST_BLOCK = 64 * 1024
/** A piece of so many bytes is kept as it is; many small ones would cost more memory than they hold. */
const LARGE_PIECE = 16 * 1024
/** Bytes that are joined at once. */
const PAUSE = 512 * 1024

const NOTHING = Buffer.alloc(0)

/** Bytes that are put together piece by piece: takes about as much memory as they are, however small the pieces. */
export class ByteBuffer {
  #full: Uint8Array[] = []
  #block = NOTHING
  #filled = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  append(piece: Uint8Array): void {
    this.#length += piece.length
    if (piece.length > this.#block.length - this.#filled) {
      this.#closeBlock()
      if (piece.length >= LARGE_PIECE) {
        this.#full.push(piece)
        return
      }
      const size = Math.min(LARGEST_BLOCK, Math.max(LEAST_BLOCK, this.#length))
      this.#block = Buffer.allocUnsafe(size)
    }
    this.#block.set(piece, this.#filled)
    this.#filled += piece.length
  }

  /** All bytes so far; this is empty from then on. */
  take(): Buffer {
    const joining = this.join()
    for (;;) {
      const { done, value } = joining.next()
      if (done === true) return value
    }
  }

  /** The same with pauses: new memory in large amounts is slow to fill. */
  *join(): Generator<undefined, Buffer> {
    this.#closeBlock()
    const blocks = this.#full
    const bytes = Buffer.allocUnsafe(this.#length)
    this.#full = []
    this.#length = 0
    let filled = 0
    let pauseAt = PAUSE
    for (const [index, block] of blocks.entries()) {
      bytes.set(block, filled)
      filled += block.length
      blocks[index] = NOTHING
      if (filled < pauseAt) continue
      pauseAt = filled + PAUSE
      yield undefined
    }
    return bytes
  }

  #closeBlock(): void {
    if (this.#filled > 0) this.#full.push(this.#block.subarray(0, this.#filled))
    this.#block = NOTHING
    this.#filled = 0
  }
}

import { constants, deflateRawSync } from 'node:zlib'

/** Bytes that a deflate block can refer back to. */
const WINDOW = 32 * 1024

/** How the bytes of a stream are sent: as they are, or compressed. */
export interface FeedEncoding {
  readonly name: 'identity' | 'gzip'
  /** What comes before everything else on a stream. */
  readonly preamble: Uint8Array
  /** Bytes for one stream alone; nothing shared may refer to them, so the next shared slice must begin anew. */
  apart(bytes: Uint8Array): Uint8Array
  /** What makes the slices that all streams of a group share. */
  createChain(): SliceChain
}

/** Makes the bytes of slices that follow on each other. */
export interface SliceChain {
  /** Slices refer to those before: a stream must get each of them, and may begin only where one begins anew. */
  readonly isLinked: boolean
  /** Has the next slice begin anew. */
  restart(): void
  /** Whether the next slice begins anew. */
  readonly startsAnew: boolean
  slice(bytes: Uint8Array): Uint8Array
}

export const identityEncoding: FeedEncoding = {
  name: 'identity',
  preamble: new Uint8Array(),
  apart: (bytes) => bytes,
  createChain: () => ({
    isLinked: false,
    startsAnew: true,
    restart: () => undefined,
    slice: (bytes) => bytes,
  }),
}

/**
 * gzip that is compressed once for all streams. Each slice is a deflate block of its own, flushed to a byte boundary,
 * whose dictionary is the plain text before it: what a decoder has in its window, so the blocks read as one stream. A
 * block without a dictionary is where a stream may join. There is no trailer: a feed has no end to sum up.
 */
export const gzipEncoding: FeedEncoding = {
  name: 'gzip',
  preamble: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]),
  apart: (bytes) => deflateBlock(bytes),
  createChain: () => new DeflateChain(),
}

class DeflateChain implements SliceChain {
  readonly isLinked = true
  #window: Buffer | undefined

  get startsAnew(): boolean {
    return this.#window === undefined
  }

  restart(): void {
    this.#window = undefined
  }

  slice(bytes: Uint8Array): Uint8Array {
    const block = deflateBlock(bytes, this.#window)
    this.#window =
      bytes.byteLength >= WINDOW || this.#window === undefined
        ? Buffer.from(bytes.subarray(-WINDOW))
        : Buffer.concat([this.#window, bytes]).subarray(-WINDOW)
    return block
  }
}

function deflateBlock(bytes: Uint8Array, dictionary?: Buffer): Buffer {
  return deflateRawSync(bytes, {
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(dictionary && { dictionary }),
  })
}

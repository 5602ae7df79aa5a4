import { createBrotliDecompress, createGunzip, createInflate, constants } from 'node:zlib'
import type { BrotliDecompress, Gunzip, Inflate } from 'node:zlib'

/** Compressed bytes that may wait; more of them, and the rest is not looked at. */
const WAITING_LIMIT = 4 * 1024 * 1024
/** Bytes that one body may come to. */
const INFLATED_LIMIT = 64 * 1024 * 1024
/** Bodies that are inflated at once: each takes some 50 KB. */
const OPEN_LIMIT = 500

let open = 0

/** Inflates a copy of a compressed body, aside of those that pass it on. */
export interface Inflation {
  write(chunk: Uint8Array): void
  /** Calls `done` when all that is readable was handed out, also of a body that is cut off or no such encoding. */
  end(done: () => void): void
  /** Hands out nothing more. */
  stop(): void
  /** It was no such encoding, or too much. */
  readonly hasFailed: boolean
}

/**
 * Undefined when `encoding` is not one of gzip, deflate and br, or too many are under way: then the bytes can't be read.
 * `take` is called later, with what a chunk inflates to.
 */
export function createInflation(encoding: string, take: (bytes: Buffer) => void): Inflation | undefined {
  const stream = open < OPEN_LIMIT ? createStream(encoding) : undefined
  if (stream === undefined) return undefined
  open++
  let inflated = 0
  let whenDone: (() => void) | undefined
  let isOver = false
  let hasFailed = false
  const finish = (): void => {
    if (isOver) return
    isOver = true
    open--
    stream.destroy()
    whenDone?.()
  }
  const fail = (): void => {
    hasFailed = true
    finish()
  }
  stream.on('data', (bytes: Buffer) => {
    if (isOver) return
    inflated += bytes.length
    if (inflated <= INFLATED_LIMIT) take(bytes)
    else fail()
  })
  stream.on('error', fail).on('end', finish)
  return {
    write(chunk) {
      if (isOver) return
      if (stream.writableLength > WAITING_LIMIT) fail()
      else stream.write(chunk)
    },
    end(done) {
      if (isOver) return done()
      whenDone = done
      stream.end()
    },
    stop: () => finish(),
    get hasFailed() {
      return hasFailed
    },
  }
}

function createStream(encoding: string): Gunzip | Inflate | BrotliDecompress | undefined {
  // A body that is cut off still has what came before.
  const options = { finishFlush: constants.Z_SYNC_FLUSH }
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(options)
    case 'deflate':
      return createInflate(options)
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })
    default:
      return undefined
  }
}

import type { ReadableStreamReadResult } from 'node:stream/web'
import { override } from './override.js'
import { passThrough } from './pass-through.js'

/** What passes by. None of these may throw. */
export interface StreamEvents {
  chunk(bytes: Uint8Array): void
  end(): void
  fail(error: unknown): void
  /** The reader gave up. */
  cancel(): void
}

type Bytes = ReadableStream<Uint8Array>
type Reader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader

/** What reads on by ways of its own. */
const CONSUMERS = ['tee', 'pipeTo', 'pipeThrough', 'values', Symbol.asyncIterator]

/**
 * Tells what an app reads from a stream, as it reads it. The stream stays the same object with the same chunks, and
 * nothing is read that the app does not ask for. However it reads, it goes through one of these methods.
 */
export function observeStream(stream: Bytes, events: StreamEvents): void {
  const canGiveBytes = isByteStream(stream)
  override(stream, 'getReader', (proceed) => {
    const reader = proceed() as Reader
    observeReader(reader, events)
    return reader
  })
  override(stream, 'cancel', (proceed) => {
    if (!stream.locked) events.cancel()
    return proceed()
  })
  for (const key of CONSUMERS) {
    override(stream, key, (proceed) => {
      if (stream.locked) return proceed()
      const { through, release } = passThrough(stream, canGiveBytes)
      return releaseAfter(() => proceed(through), release)
    })
  }
}

function observeReader(reader: Reader, events: StreamEvents): void {
  override(reader, 'read', (proceed) =>
    // The app gets the promise behind the look at it: a rejection that it does not handle stays unhandled.
    (proceed() as Promise<ReadableStreamReadResult<Uint8Array>>).then(
      (result) => {
        if (result.done) events.end()
        else events.chunk(result.value)
        return result
      },
      (error: unknown) => {
        events.fail(error)
        throw error
      },
    ),
  )
  override(reader, 'cancel', (proceed) => {
    events.cancel()
    return proceed()
  })
}

/** Lets go of the stream when what was begun is over: at once if it throws, at its end if it is a promise. */
function releaseAfter(begin: () => unknown, release: () => void): unknown {
  let begun: unknown
  try {
    begun = begin()
  } catch (error) {
    release()
    throw error
  }
  if (begun instanceof Promise) return settled(begun, release)
  // An iterator that is left early without a cancel leaves the rest to others.
  if (typeof (begun as Partial<AsyncIterator<unknown>>).return === 'function') {
    override(begun as object, 'return', (proceed) => settled(proceed() as Promise<unknown>, release))
  }
  return begun
}

function settled<Value>(promise: Promise<Value>, release: () => void): Promise<Value> {
  return promise.then(
    (value) => {
      release()
      return value
    },
    (error: unknown) => {
      release()
      throw error
    },
  )
}

/** A stream does not say what kind it is; only one of bytes gives out such a reader. */
function isByteStream(stream: Bytes): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

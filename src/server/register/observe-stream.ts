import { WritableStream, type ReadableStreamReadResult } from 'node:stream/web'
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
type Transform = { readable?: unknown; writable?: unknown } | null | undefined

/**
 * Tells what an app reads from a stream, as it reads it. The stream stays the same object with the same chunks, and
 * nothing is read that the app does not ask for. However it reads, it goes through one of these methods.
 */
export function observeStream(stream: Bytes, events: StreamEvents): void {
  override(stream, 'getReader', (proceed) => {
    const reader = proceed() as Reader
    observeReader(reader, events)
    return reader
  })
  override(stream, 'cancel', (proceed) => {
    if (!stream.locked) events.cancel()
    return proceed()
  })
  observeConsumers(stream)
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

/** What reads by ways of its own is given the same stream once more, and lets go of it when it would have. */
function observeConsumers(stream: Bytes): void {
  const canGiveBytes = isByteStream(stream)
  type Begin = (
    through: object,
    release: () => void,
    proceed: () => unknown,
    args: readonly unknown[],
  ) => unknown
  const instead = (key: PropertyKey, begin: Begin): void => {
    override(stream, key, (proceed, args) => {
      if (stream.locked) return proceed()
      const { through, release } = passThrough(stream, canGiveBytes)
      try {
        return begin(through, release, () => proceed(through), args)
      } catch (error) {
        release()
        throw error
      }
    })
  }
  // A stream that was split stays locked for ever.
  instead('tee', (_through, _release, proceed) => proceed())
  instead('pipeTo', (_through, release, proceed) => settled(proceed() as Promise<void>, release))
  instead('pipeThrough', (through, release, proceed, [transform, options]) => {
    const { readable, writable } = (transform as Transform) ?? {}
    // What is wrong with it, the method itself says best.
    if (!(writable instanceof WritableStream) || writable.locked) return proceed()
    const piped = (through as Bytes).pipeTo(writable as never, options as never)
    settled(piped, release).catch(() => undefined)
    return readable
  })
  for (const key of ['values', Symbol.asyncIterator]) {
    instead(key, (_through, release, proceed) => {
      const iterator = proceed() as AsyncIterator<Uint8Array>
      override(iterator, 'next', (next) =>
        (next() as Promise<IteratorResult<Uint8Array>>).then(
          (result) => {
            if (result.done === true) release()
            return result
          },
          (error: unknown) => {
            release()
            throw error
          },
        ),
      )
      override(iterator, 'return', (leave) => settled(leave() as Promise<unknown>, release))
      return iterator
    })
  }
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

import { override } from './override.js'

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

/**
 * Tells what an app reads from a stream, as it reads it. The stream stays the same object with the same chunks, and
 * nothing is read that the app does not ask for. However it reads, it goes through one of these methods.
 */
export function observeStream(stream: Bytes, events: StreamEvents): void {
  const native = { getReader: stream.getReader, locked: () => stream.locked }
  override(
    stream,
    'getReader',
    (getReader) =>
      function (this: Bytes, ...args: never[]) {
        const reader = (getReader as (...args: never[]) => Reader).apply(this, args)
        observeReader(reader, events)
        return reader
      } as Bytes['getReader'],
  )
  override(
    stream,
    'cancel',
    (cancel) =>
      function (this: Bytes, reason?: unknown) {
        if (!this.locked) events.cancel()
        return cancel.call(this, reason)
      },
  )
  for (const key of ['tee', 'pipeTo', 'pipeThrough', 'values', Symbol.asyncIterator] as const) {
    override(stream, key as 'tee', (method) => {
      const read = method as (...args: unknown[]) => unknown
      return function (this: Bytes, ...args: unknown[]): unknown {
        if (this.locked) return read.apply(this, args)
        const { through, release } = passThrough(this, isByteStream(this, native.getReader))
        return releaseAfter(() => read.apply(through, args), release)
      } as unknown as Bytes['tee']
    })
  }
}

function observeReader(reader: Reader, events: StreamEvents): void {
  override(reader as ReadableStreamDefaultReader<Uint8Array>, 'read', (read) => {
    return function (this: unknown, ...args: never[]) {
      // The app gets the promise behind the look at it, so that a rejection that it does not handle stays unhandled.
      return (read as (...args: never[]) => ReturnType<typeof read>).apply(this, args).then(
        (result) => {
          if (result.done) events.end()
          else events.chunk(result.value)
          return result
        },
        (error: unknown) => {
          events.fail(error)
          throw error
        },
      )
    }
  })
  override(reader, 'cancel', (cancel) => {
    return function (this: unknown, reason?: unknown) {
      events.cancel()
      return (cancel as (reason?: unknown) => Promise<void>).call(this, reason)
    }
  })
}

/**
 * The same stream once more, for what reads by ways that can't be looked into. It holds nothing: it reads when it is
 * read.
 */
function passThrough(stream: Bytes, isBytes: boolean): { through: Bytes; release: () => void } {
  const reader = stream.getReader()
  const release = (): void => reader.releaseLock()
  const source = {
    async pull(controller: ReadableStreamController<Uint8Array>): Promise<void> {
      let result
      try {
        result = await reader.read()
      } catch (error) {
        release()
        throw error
      }
      if (!result.done) return (controller as ReadableStreamDefaultController).enqueue(result.value)
      release()
      controller.close()
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    async cancel(reason: unknown): Promise<void> {
      await reader.cancel(reason)
      release()
    },
  }
  const through = isBytes
    ? new ReadableStream({ ...source, type: 'bytes' } as UnderlyingByteSource, { highWaterMark: 0 })
    : new ReadableStream(source as UnderlyingDefaultSource<Uint8Array>, { highWaterMark: 0 })
  return { through: through as Bytes, release }
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
  if (begun instanceof Promise) {
    return begun.then(
      (value: unknown) => {
        release()
        return value
      },
      (error: unknown) => {
        release()
        throw error
      },
    )
  }
  // An iterator that is left early without a cancel leaves the rest to others.
  const iterator = begun as Partial<AsyncIterator<Uint8Array>>
  if (typeof iterator.return === 'function') {
    override(iterator as Required<typeof iterator>, 'return', (leave) => {
      return async function (this: unknown, ...args: never[]) {
        const result = await (leave as (...args: never[]) => ReturnType<typeof leave>).apply(this, args)
        release()
        return result
      }
    })
  }
  return begun
}

/** A stream does not say what kind it is; only one of bytes gives out such a reader. */
function isByteStream(stream: Bytes, getReader: Bytes['getReader']): boolean {
  try {
    getReader.call(stream, { mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

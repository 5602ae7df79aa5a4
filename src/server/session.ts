import type { ServerResponse } from 'node:http'
import type { FeedMeter } from './feed-meter.js'
import type { Filter } from './filter.js'

/** Where a session's bytes go: the part of an HTTP response that the hub needs. */
export type ByteStream = Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'writableNeedDrain'> & {
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown
}

/** One open stream. While its socket is full it holds nothing but the position up to which it was served. */
export class Session {
  readonly filter: Filter
  /** Everything up to this delta was sent, filtered out, or counted in a gap. */
  cursor = 0
  /** Monotonic time since when its socket has been full; undefined while it keeps up. */
  fullSince: number | undefined
  readonly #stream: ByteStream
  readonly #meter: FeedMeter

  constructor(stream: ByteStream, filter: Filter, meter: FeedMeter) {
    this.#stream = stream
    this.filter = filter
    this.#meter = meter
  }

  /** The socket has as much as it takes; what was written is not lost. */
  get isFull(): boolean {
    return this.#stream.writableNeedDrain
  }

  /** Writes whole frames. The bytes may be shared with other sessions: nobody changes them. */
  write(frames: Uint8Array): void {
    this.#meter.countBytes(frames.byteLength)
    this.#stream.write(frames)
  }

  end(frames: string): void {
    this.#stream.end(frames)
  }

  destroy(): void {
    this.#stream.destroy()
  }
}

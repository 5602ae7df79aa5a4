import type { Writable } from 'node:stream'
import type { FeedGroup } from './feed-group.js'

/** Where a session's bytes go: the part of a socket, or of a response, that the hub needs. */
export type ByteStream = Pick<
  Writable,
  'write' | 'end' | 'destroy' | 'destroyed' | 'closed' | 'writableLength' | 'writableNeedDrain'
> & {
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown
}

/** One open stream: a position in its group, and a socket. It queues nothing of its own. */
export class Session {
  readonly group: FeedGroup
  readonly history: number
  readonly stream: ByteStream
  /** Number of the group's next slice for it; undefined while it is served apart from the others. */
  next: number | undefined
  /** Everything up to this delta was sent, filtered out, or counted in a gap. Kept while it is served apart. */
  cursor = 0
  /** It has been greeted; before that nothing else may be written. */
  isOpen = false
  /** Monotonic time since when its socket has taken nothing more; undefined while it takes. */
  fullSince: number | undefined
  /** Monotonic time since when it has not had everything; undefined while it keeps up. */
  behindSince: number | undefined
  /** Monotonic times of its latest gaps. */
  gaps: number[] = []

  constructor(stream: ByteStream, group: FeedGroup, history: number) {
    this.stream = stream
    this.group = group
    this.history = history
  }

  /**
   * The socket has as much as it takes; what was written is not lost. One that asks for a pause only because a write was
   * large, and has handed all of it on, may go on.
   */
  get isFull(): boolean {
    return this.stream.writableNeedDrain && this.stream.writableLength > 0
  }
}

import type { Clock } from '../bus/clock.js'
import type { DeltaRing } from './delta-ring.js'
import type { FeedMeter } from './feed-meter.js'
import type { Filter } from './filter.js'
import { toRuns } from './frames.js'
import type { Session } from './session.js'

interface Context {
  filter: Filter
  ring: DeltaRing
  epoch: string
  clock: Clock
  meter: FeedMeter
  /** Makes a session whole again whose next deltas the ring no longer holds. */
  heal(session: Session): void
  fault(place: string, error: unknown): void
}

/**
 * The sessions that want to see the same. A batch is encoded once for all of them: the first delta after a quiet
 * moment leaves right after the caller's turn, then there is at most one write per batch time.
 */
export class FeedGroup {
  readonly filter: Filter
  readonly #context: Context
  readonly #sessions = new Set<Session>()
  /** Everything up to this delta was handed to the sessions that keep up. */
  #cursor: number
  #flushedAt = -Infinity
  #cancelFlush: (() => void) | undefined

  constructor(context: Context) {
    this.#context = context
    this.filter = context.filter
    this.#cursor = context.ring.last
  }

  /** The session must have been served up to the newest delta, and this group flushed, in the same turn. */
  add(session: Session): void {
    this.#sessions.add(session)
    this.#noteIfFull(session)
  }

  /** Returns how many sessions are left. */
  remove(session: Session): number {
    this.#sessions.delete(session)
    if (this.#sessions.size === 0) this.close()
    return this.#sessions.size
  }

  /** Sees to it that the newest deltas leave in time, never within the caller's turn. */
  schedule(): void {
    if (this.#cancelFlush !== undefined) return
    const { clock } = this.#context
    const wait = this.#flushedAt + this.filter.batch - clock.monotonic()
    const flush = (): void => {
      try {
        this.flush()
      } catch (error) {
        this.#context.fault('A flush of the feed', error)
      }
    }
    if (wait > 0) this.#cancelFlush = clock.setTimeout(flush, wait)
    else {
      const immediate = setImmediate(flush)
      this.#cancelFlush = () => clearImmediate(immediate)
    }
  }

  /** Hands all pending deltas to the sessions that keep up. */
  flush(): void {
    this.close()
    const { ring, epoch, clock, meter } = this.#context
    const from = this.#cursor + 1
    if (from > ring.last) return
    this.#cursor = ring.last
    this.#flushedAt = clock.monotonic()
    if (!ring.holdsAfter(from - 1)) {
      for (const session of this.#live()) this.#context.heal(session)
      return
    }
    const { frames, items } = toRuns(ring, this.filter, epoch, from, ring.last)
    const bytes = items > 0 ? Buffer.from(frames) : undefined
    for (const session of this.#live()) {
      session.cursor = ring.last
      if (bytes === undefined) continue
      session.write(bytes)
      meter.countItems(items)
      this.#noteIfFull(session)
    }
  }

  /** Writes a heartbeat after everything that is pending. */
  beat(frames: Uint8Array): void {
    this.flush()
    for (const session of this.#live()) {
      session.write(frames)
      this.#noteIfFull(session)
    }
  }

  /** Cancels a flush that is due. */
  close(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
  }

  *#live(): Iterable<Session> {
    for (const session of this.#sessions) if (session.fullSince === undefined) yield session
  }

  #noteIfFull(session: Session): void {
    if (session.isFull) session.fullSince ??= this.#context.clock.monotonic()
  }
}

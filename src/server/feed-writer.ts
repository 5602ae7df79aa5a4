import type { Clock } from '../bus/clock.js'
import type { Ops } from '../bus/ops.js'
import type { Bye, GapReason } from '../bus/protocol.js'
import type { DeltaRing } from './delta-ring.js'
import { sayBye } from './farewell.js'
import { encodeDeltas } from './encode-deltas.js'
import { toEventId, toFrame } from './feed-format.js'
import type { FeedMeter } from './feed-meter.js'
import { encodeFullSnapshot } from './full-snapshot.js'
import type { Session } from './session.js'

/** Milliseconds of work in one turn of the host's loop. */
const TURN_TIME = 8
/**
 * Bytes and writes of one turn that the streams have put off: they reach the system after the turn's own code, where
 * no clock of ours sees what they take, some milliseconds for so many. A socket takes what it can at once; a response
 * that has no socket to itself puts everything off.
 */
const LATER_BYTES = 2 * 1024 * 1024
const LATER_WRITES = 128
/** Bytes that one session is given in a turn before the others have theirs. */
const SHARE = 1024 * 1024
/** Bytes written to a session apart in one go. */
const APART_BYTES = 64 * 1024
/** Gaps within a minute that are one too many. */
const GAPS_LIMIT = 3
/** Milliseconds for which a full snapshot serves further sessions of the same filter. */
const SNAPSHOT_AGE = 100

interface Context {
  ops: Ops
  ring: DeltaRing
  clock: Clock
  meter: FeedMeter
}

interface CachedSnapshot {
  position: number
  madeAt: number
  bytes: Uint8Array
}

/**
 * Writes to the sessions what they have not had yet, each as much as its socket takes. Works in turns of a few
 * milliseconds, so that thousands of sessions never hold the host's loop.
 */
export class FeedWriter {
  readonly #context: Context
  readonly #waiting = new Set<Session>()
  readonly #snapshots = new WeakMap<Session['group'], Map<number, CachedSnapshot>>()
  #turn: NodeJS.Immediate | undefined
  readonly #later = { bytes: 0, writes: 0 }

  constructor(context: Context) {
    this.#context = context
  }

  /** Has the sessions written to now, and in later turns what does not fit in this one. */
  serve(sessions: Iterable<Session>): void {
    for (const session of sessions) this.#waiting.add(session)
    if (this.#turn === undefined) this.#takeTurn()
  }

  /** Has a session written to in a turn of its own: for calls out of the depth of a socket. */
  serveSoon(session: Session): void {
    this.#waiting.add(session)
    this.#turn ??= setImmediate(() => this.#takeTurn())
  }

  forget(session: Session): void {
    this.#waiting.delete(session)
  }

  /**
   * Writes what the socket takes, up to `share` bytes. Returns whether it would take more: if not, it has all, or is full
   * and goes on when it drains.
   */
  write(session: Session, share = Infinity): boolean {
    let left = share
    while (!session.isFull) {
      if (left <= 0) return true
      const bytes = this.#writeOne(session)
      if (bytes === undefined) return false
      left -= bytes
    }
    return false
  }

  /** The full snapshot for a session of this group, and where it stands after it. */
  sendSnapshot(session: Session): void {
    const snapshot = this.#snapshot(session)
    this.#put(session, snapshot.bytes)
    session.cursor = snapshot.position
    session.next = undefined
    session.group.join(session)
  }

  /** Tells what is missing after `from - 1`, up to now, and makes the session whole by a full snapshot. */
  heal(session: Session, reason: GapReason, from?: number): void {
    const { ring, meter, ops, clock } = this.#context
    session.group.encode(true)
    const to = ring.last
    const gap = from === undefined ? { reason } : { from, to, missed: to - from + 1, reason }
    meter.countGap(gap.missed ?? 0)
    const now = clock.monotonic()
    session.gaps = [...session.gaps.filter((time) => now - time < 60_000), now]
    this.putApart(session, toFrame(session.group.format, 'gap', gap, toEventId(ops.epoch, to)))
    this.#snapshots.get(session.group)?.delete(session.history)
    if (session.gaps.length >= GAPS_LIMIT) this.end(session, 'lagging')
    else this.sendSnapshot(session)
  }

  /** Ends the stream with a farewell. */
  end(session: Session, reason: Bye['reason']): void {
    session.isOpen = false
    this.#waiting.delete(session)
    const { format, encoding } = session.group
    sayBye(session.stream, reason, { format, encoding, isOpen: true, clock: this.#context.clock })
  }

  /** Writes the first bytes of a stream. */
  open(session: Session, text: string): void {
    const { preamble } = session.group.encoding
    if (preamble.byteLength > 0) this.#put(session, preamble)
    this.putApart(session, text)
    session.isOpen = true
  }

  /** Writes text that only this session gets. It joins the others only where a slice begins anew. */
  putApart(session: Session, text: string): void {
    this.#put(session, session.group.encoding.apart(Buffer.from(text)))
  }

  /** Ends the turns. */
  close(): void {
    if (this.#turn !== undefined) clearImmediate(this.#turn)
    this.#turn = undefined
    this.#waiting.clear()
  }

  #takeTurn(): void {
    this.#turn = undefined
    const end = performance.now() + TURN_TIME
    this.#later.bytes = this.#later.writes = 0
    for (const session of this.#waiting) {
      this.#waiting.delete(session)
      try {
        if (this.write(session, SHARE)) this.#waiting.add(session)
      } catch (error) {
        this.#context.ops.fault('A write to the feed', error)
        session.stream.destroy()
      }
      const { bytes, writes } = this.#later
      if (bytes >= LATER_BYTES || writes >= LATER_WRITES || performance.now() >= end) break
    }
    if (this.#waiting.size > 0) this.#turn = setImmediate(() => this.#takeTurn())
  }

  /** Writes one slice, or as much from the ring. Returns its bytes, or undefined when there is nothing more for it. */
  #writeOne(session: Session): number | undefined {
    if (!session.isOpen) return undefined
    const { group } = session
    if (session.next === undefined && !group.join(session)) return this.#writeApart(session)
    const slice = group.nextSlice(session)
    if (slice === undefined) {
      session.behindSince = undefined
      return undefined
    }
    session.next = slice.number + 1
    this.#put(session, slice.bytes)
    this.#context.meter.countItems(slice.items)
    return slice.bytes.byteLength
  }

  #writeApart(session: Session): number | undefined {
    const { ring, ops, meter } = this.#context
    const { group, cursor } = session
    if (!ring.holdsAfter(cursor)) {
      this.heal(session, 'lagging', cursor + 1)
      return session.isOpen ? 0 : undefined
    }
    const source = { ring, filter: group.filter, format: group.format, epoch: ops.epoch }
    const limits = { bytes: APART_BYTES, deltas: Infinity }
    const { bytes, items, to } = encodeDeltas(source, cursor + 1, group.boundaryAfter(cursor), limits)
    session.cursor = to
    if (items > 0) this.#put(session, group.encoding.apart(bytes))
    meter.countItems(items)
    return bytes.byteLength
  }

  #snapshot({ group, history }: Session): CachedSnapshot {
    const { ops, ring, clock } = this.#context
    const cache = this.#snapshots.get(group) ?? new Map<number, CachedSnapshot>()
    this.#snapshots.set(group, cache)
    const now = clock.monotonic()
    const cached = cache.get(history)
    if (cached !== undefined && now - cached.madeAt < SNAPSHOT_AGE && ring.holdsAfter(cached.position))
      return cached
    // A snapshot stands between two slices, so that sessions can join the others right after it.
    group.encode(true)
    const position = ring.last
    const text = group.format.event(
      'snapshot',
      encodeFullSnapshot(ops, group.filter, history),
      toEventId(ops.epoch, position),
    )
    const snapshot = { position, madeAt: now, bytes: group.encoding.apart(Buffer.from(text)) }
    cache.clear()
    cache.set(history, snapshot)
    return snapshot
  }

  #put(session: Session, bytes: Uint8Array): void {
    this.#context.meter.countBytes(bytes.byteLength)
    session.stream.write(bytes)
    if (session.stream.writableLength === 0) return
    this.#later.bytes += bytes.byteLength
    this.#later.writes++
  }
}

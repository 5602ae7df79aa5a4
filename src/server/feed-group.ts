import type { DeltaRing } from './delta-ring.js'
import type { FeedEncoding, SliceChain } from './feed-encoding.js'
import { encodeDeltas } from './encode-deltas.js'
import type { FeedFormat } from './feed-format.js'
import type { Filter } from './filter.js'
import type { Session } from './session.js'

/** Bytes of a slice, so that a socket which takes nothing more holds little. */
const SLICE_BYTES = 112 * 1024
/** Deltas that are encoded in one turn of the host's loop. */
const TURN_DELTAS = 2048
/** Slices kept for sessions that are a little behind. */
const KEPT_SLICES = 1024

/** A stretch of the feed, written once and shared by all sessions of a group. Nobody changes its bytes. */
export interface Slice {
  /** Follows on the slice before. */
  readonly number: number
  readonly bytes: Uint8Array
  /** First delta that it covers; of a heartbeat, the one after the position. */
  readonly from: number
  readonly items: number
  /** A heartbeat: worthless as soon as there is a newer one. */
  readonly isBeat: boolean
  /** Refers to no slice before it: a session may begin here. */
  readonly startsAnew: boolean
}

interface Context {
  filter: Filter
  format: FeedFormat
  encoding: FeedEncoding
  ring: DeltaRing
  epoch: string
  /** Bytes of slices that this group may keep for sessions that are a little behind. */
  keptBytes: () => number
}

/**
 * The sessions that want to see the same in the same form. What they see is encoded once, as slices that follow on
 * each other without a hole; a session is no more than the number of its next slice.
 */
export class FeedGroup {
  readonly filter: Filter
  readonly format: FeedFormat
  readonly encoding: FeedEncoding
  readonly sessions = new Set<Session>()
  readonly #context: Context
  readonly #chain: SliceChain
  #slices: Slice[] = []
  #keptBytes = 0
  #end = 0
  #lastBeat = -1
  #cursor: number

  constructor(context: Context) {
    this.#context = context
    this.filter = context.filter
    this.format = context.format
    this.encoding = context.encoding
    this.#chain = context.encoding.createChain()
    this.#cursor = context.ring.last
  }

  /** Everything up to this delta stands in a slice or was filtered out. */
  get cursor(): number {
    return this.#cursor
  }

  /** Number that the next slice will have. */
  get end(): number {
    return this.#end
  }

  /** Number of the oldest slice that is kept. */
  get first(): number {
    return this.#end - this.#slices.length
  }

  /** Whether there are deltas that stand in no slice yet. */
  get isBehind(): boolean {
    return this.#cursor < this.#context.ring.last
  }

  /**
   * Makes slices of the newest deltas, as many as one turn allows or, with `all`, of all. When the ring has lost some
   * before they were encoded, the slices begin anew and all sessions are apart: each will find what it missed.
   */
  encode(all = false): void {
    const { ring } = this.#context
    if (!ring.holdsAfter(this.#cursor)) {
      for (const session of this.sessions) this.#setApart(session)
      this.#slices = []
      this.#keptBytes = 0
      this.#cursor = ring.last
      return
    }
    let left = all ? Infinity : TURN_DELTAS
    while (this.isBehind && left > 0) {
      const from = this.#cursor + 1
      const { bytes, items, to } = encodeDeltas(this.#context, from, ring.last, {
        bytes: SLICE_BYTES,
        deltas: left,
      })
      left -= to - from + 1
      this.#cursor = to
      if (items > 0) this.#append(bytes, { from, items, isBeat: false })
    }
  }

  /** Appends a heartbeat after everything that is pending. */
  beat(bytes: Uint8Array): void {
    this.encode(true)
    this.#lastBeat = this.#end
    this.#append(bytes, { from: this.#cursor + 1, items: 0, isBeat: true })
  }

  /** The session's next slice that is worth sending; undefined when it has all, or is served apart. */
  nextSlice(session: Session): Slice | undefined {
    if (session.next === undefined) return undefined
    for (; session.next < this.#end; session.next++) {
      const slice = this.#slices[session.next - this.first]!
      // Linked slices are useless with one missing between them.
      if (this.#chain.isLinked || !slice.isBeat || slice.number === this.#lastBeat) return slice
    }
    return undefined
  }

  /** Whether the session has everything that stands in slices. */
  hasAll(session: Session): boolean {
    return session.next === this.#end
  }

  /**
   * Has a session that is served apart go on with the slices, when it stands exactly where one begins that it can
   * begin with, or where the next one will. Returns whether it does.
   */
  join(session: Session): boolean {
    if (session.cursor === this.#cursor) {
      this.#chain.restart()
      session.next = this.#end
    } else {
      session.next = this.#slices.find((slice) => isEntry(slice) && slice.from === session.cursor + 1)?.number
    }
    return session.next !== undefined
  }

  /** Where a session apart that stands at `position` should stop next to be able to join. */
  boundaryAfter(position: number): number {
    const next = this.#slices.find((slice) => isEntry(slice) && slice.from > position + 1)
    return next === undefined ? this.#cursor : next.from - 1
  }

  #append(bytes: Uint8Array, slice: Omit<Slice, 'number' | 'bytes' | 'startsAnew'>): void {
    const { startsAnew } = this.#chain
    this.#slices.push({ number: this.#end++, bytes: this.#chain.slice(bytes), startsAnew, ...slice })
    this.#keptBytes += this.#slices.at(-1)!.bytes.byteLength
    while (this.#slices.length > 1 && this.#isTooMuch()) {
      this.#dropOldest()
    }
  }

  /** Slices never outlive their deltas in the ring. */
  #isTooMuch(): boolean {
    const { ring, keptBytes } = this.#context
    return (
      this.#keptBytes > keptBytes() ||
      this.#slices.length > KEPT_SLICES ||
      !ring.holdsAfter(this.#slices[0]!.from - 1)
    )
  }

  #dropOldest(): void {
    for (const session of this.sessions) if (session.next === this.first) this.#setApart(session)
    this.#keptBytes -= this.#slices.shift()!.bytes.byteLength
  }

  /** From where it stands it goes on from the ring, which may hold longer what it needs. */
  #setApart(session: Session): void {
    if (session.next === undefined) return
    const slice = this.#slices[session.next - this.first]
    session.cursor = slice === undefined ? this.#cursor : slice.from - 1
    session.next = undefined
  }
}

function isEntry(slice: Slice): boolean {
  return slice.startsAnew && !slice.isBeat
}

import type { DeltaRing } from './delta-ring.js'
import { toEventId, type FeedFormat } from './feed-format.js'
import type { Filter } from './filter.js'

interface Source {
  ring: DeltaRing
  filter: Filter
  format: FeedFormat
  epoch: string
}

/** What is encoded in one go: enough to be worth a write, little enough for a socket that gives up after it. */
export interface EncodeLimits {
  /** Bytes after which no further item is begun. */
  bytes: number
  /** Deltas looked at. */
  deltas: number
}

export interface EncodedDeltas {
  /** Nobody else's, and never written to again. */
  bytes: Uint8Array
  /** Items in it. */
  items: number
  /** The last delta that was looked at; everything up to it was encoded or filtered out. */
  to: number
}

/** Characters of an event beside its items: name, id and punctuation. */
const FRAME = 128

/** The deltas from `from` on, at most to `to`, that match the filter, as events in the order of their numbers. */
export function encodeDeltas(source: Source, from: number, to: number, limits: EncodeLimits): EncodedDeltas {
  const { ring, filter, format, epoch } = source
  const end = Math.min(to, from + limits.deltas - 1)
  writer.clear()
  let items = 0
  let topic = ''
  let lastOfRun = 0
  let inRun = 0
  const closeRun = (): void => {
    if (inRun > 0) writer.event(format.head(topic, toEventId(epoch, lastOfRun)), format.tail)
    inRun = 0
  }
  let seq = from
  for (; seq <= end && writer.size < limits.bytes; seq++) {
    if (!filter.matches(ring.key(seq))) continue
    const itsTopic = ring.topic(seq)
    if (itsTopic !== topic || inRun >= format.itemsPerEvent) closeRun()
    const { buffer, start, end } = ring.piece(seq)
    writer.add(buffer, start, end)
    topic = itsTopic
    lastOfRun = seq
    inRun++
    items++
  }
  closeRun()
  return { bytes: writer.take(), items, to: seq - 1 }
}

/** Puts events together: an event's items first, then, when its id is known, what goes around them. */
class EventWriter {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024)
  #length = 0
  #pending = 0
  // The items of the event that is not written yet, as stretches of bytes.
  #buffers: Buffer[] = []
  #starts: number[] = []
  #ends: number[] = []

  /** Bytes so far. */
  get size(): number {
    return this.#length + this.#pending
  }

  clear(): void {
    this.#length = 0
    this.#drop()
  }

  /** A comma must follow what is added. */
  add(buffer: Buffer, start: number, end: number): void {
    const last = this.#buffers.length - 1
    this.#pending += end - start + 1
    if (last >= 0 && this.#buffers[last] === buffer && this.#ends[last] === start - 1) this.#ends[last] = end
    else {
      this.#buffers.push(buffer)
      this.#starts.push(start)
      this.#ends.push(end)
    }
  }

  /** Writes what was added as one event. */
  event(head: string, tail: string): void {
    this.#makeRoom(this.#pending + (head.length + tail.length) * 3 + FRAME)
    this.#length += this.#buffer.write(head, this.#length)
    for (let i = 0; i < this.#buffers.length; i++) {
      // With the comma behind it, which the last one loses below.
      this.#length += this.#buffers[i]!.copy(this.#buffer, this.#length, this.#starts[i], this.#ends[i]! + 1)
    }
    this.#length--
    this.#length += this.#buffer.write(tail, this.#length)
    this.#drop()
  }

  take(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.#length)
    this.#buffer.copy(bytes, 0, 0, this.#length)
    return bytes
  }

  #drop(): void {
    this.#buffers = []
    this.#starts = []
    this.#ends = []
    this.#pending = 0
  }

  #makeRoom(size: number): void {
    if (this.#length + size <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + size))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/** One for all: encoding is never interrupted. */
const writer = new EventWriter()

import { encodeData } from '../bus/codec.js'
import type { Delta } from '../bus/messages.js'
import { LEVELS, TOPICS, type DeltaTopic } from '../bus/protocol.js'
import { ChunkStore, type Piece } from './chunk-store.js'

export interface RingLimits {
  /** Deltas held at the most. */
  items: number
  /** Bytes of encoded deltas held at the most; those not encoded yet count by an estimate. */
  bytes: number
}

/** What filters ask of a delta. */
export interface DeltaKey {
  topic: DeltaTopic
  /** Index in LEVELS; of a log line only. */
  level: number
  /** Of a log line only. */
  source: string | undefined
  session: string | undefined
  instance: string
}

/** What an entry takes beside its JSON. */
const OVERHEAD = 64

const TOPIC_NUMBERS = Object.fromEntries(TOPICS.map((topic, index) => [topic, index])) as Record<
  DeltaTopic,
  number
>
const LEVEL_NUMBERS = Object.fromEntries(LEVELS.map((level, index) => [level, index])) as Record<
  (typeof LEVELS)[number],
  number
>

/**
 * The newest deltas of this epoch by sequence number, bounded in number and bytes. Each is encoded at most once, when
 * the first session needs it, and from then on held as bytes alone: objects that live as long as the ring does would
 * be copied by the collector again and again.
 */
export class DeltaRing {
  readonly #limits: RingLimits
  readonly #store: ChunkStore
  readonly #base: number
  #first: number
  #last: number
  /** Everything up to here was encoded, or will not be kept as bytes: these stand in the order of their numbers. */
  #encoded: number
  #bytes = 0
  // One value an entry, at its number modulo the limit.
  readonly #items: (Delta['item'] | undefined)[] = []
  readonly #chunks: (Buffer | undefined)[] = []
  readonly #sources: (string | undefined)[] = []
  readonly #sessions: (string | undefined)[] = []
  readonly #instances: string[] = []
  readonly #topics: Uint8Array
  readonly #levels: Uint8Array
  readonly #starts: Uint32Array
  readonly #lengths: Uint32Array
  /** Bytes that it counts for. */
  readonly #sizes: Uint32Array
  readonly #key: DeltaKey = { topic: 'log', level: 0, source: undefined, session: undefined, instance: '' }
  readonly #piece: Piece = { buffer: Buffer.alloc(0), start: 0, end: 0 }

  /** `position`: number of the newest delta that is already past. */
  constructor(limits: RingLimits, position: number) {
    const { items, bytes } = limits
    this.#limits = limits
    this.#store = new ChunkStore(bytes)
    this.#topics = new Uint8Array(items)
    this.#levels = new Uint8Array(items)
    this.#starts = new Uint32Array(items)
    this.#lengths = new Uint32Array(items)
    this.#sizes = new Uint32Array(items)
    this.#last = this.#encoded = position
    this.#first = this.#base = position + 1
  }

  /** Number of the newest delta. */
  get last(): number {
    return this.#last
  }

  /** Whether every delta after `position` is still held. */
  holdsAfter(position: number): boolean {
    return position >= this.#first - 1 && position <= this.#last
  }

  /** Deltas must come in the order of their numbers, none left out. */
  push(delta: Delta): void {
    const { seq, item } = delta
    const size = estimate(delta)
    this.#last = seq
    this.#bytes += size
    while (
      seq - this.#first >= this.#limits.items ||
      (this.#bytes > this.#limits.bytes && this.#first < seq)
    ) {
      this.#dropOldest()
    }
    const index = this.#indexOf(seq)
    this.#items[index] = item
    this.#chunks[index] = undefined
    this.#topics[index] = TOPIC_NUMBERS[delta.topic]
    this.#levels[index] = delta.topic === 'log' ? LEVEL_NUMBERS[delta.item.level] : 0
    this.#sources[index] = delta.topic === 'log' ? delta.item.source : undefined
    this.#sessions[index] = delta.topic === 'channel' ? undefined : delta.item.session
    this.#instances[index] = item.instance
    this.#sizes[index] = size
  }

  topic(seq: number): DeltaTopic {
    return TOPICS[this.#topics[this.#indexOf(seq)]!] as DeltaTopic
  }

  /** What filters ask of delta `seq`. The same object at every call, so look at it before the next. */
  key(seq: number): Readonly<DeltaKey> {
    const index = this.#indexOf(seq)
    const key = this.#key
    key.topic = TOPICS[this.#topics[index]!] as DeltaTopic
    key.level = this.#levels[index]!
    key.source = this.#sources[index]
    key.session = this.#sessions[index]
    key.instance = this.#instances[index]!
    return key
  }

  /**
   * The JSON of delta `seq`, encoded if it is not yet. The same object at every call. The bytes stay as they are until
   * the next `push`.
   */
  piece(seq: number): Readonly<Piece> {
    if (seq < this.#first || seq > this.#last) {
      throw new RangeError(`The ring holds deltas ${this.#first} to ${this.#last}, not ${seq}.`)
    }
    const index = this.#indexOf(seq)
    const piece = this.#piece
    const chunk = this.#chunks[index]
    if (chunk !== undefined) {
      piece.buffer = chunk
      piece.start = this.#starts[index]!
      piece.end = piece.start + this.#lengths[index]!
      return piece
    }
    const json = encodeData(this.#items[index])
    if (seq <= this.#encoded) {
      // Newer ones are encoded already, and chunks hold and give back in the order of numbers: this one stays an object.
      piece.buffer = Buffer.from(`${json},`)
      piece.start = 0
      piece.end = piece.buffer.length - 1
      return piece
    }
    this.#encoded = seq
    this.#store.append(json, seq, piece)
    this.#chunks[index] = piece.buffer
    this.#starts[index] = piece.start
    this.#lengths[index] = piece.end - piece.start
    this.#items[index] = undefined
    const size = piece.end - piece.start + OVERHEAD
    this.#bytes += size - this.#sizes[index]!
    this.#sizes[index] = size
    return piece
  }

  #dropOldest(): void {
    const index = this.#indexOf(this.#first)
    this.#bytes -= this.#sizes[index]!
    this.#sizes[index] = 0
    this.#items[index] = undefined
    this.#chunks[index] = undefined
    this.#store.release(this.#first++)
  }

  #indexOf(seq: number): number {
    return (seq - this.#base) % this.#limits.items
  }
}

/** Near enough for a bound: most of a line is its message, records are of one size. */
function estimate(delta: Delta): number {
  if (delta.topic !== 'log') return 450 + OVERHEAD
  const { message, fields } = delta.item
  return 180 + OVERHEAD + message.length + (fields === undefined ? 0 : 300)
}

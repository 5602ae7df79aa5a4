import { constants, crc32, createGunzip } from 'node:zlib'
import { LineReader, MARGIN } from './line-reader.js'
import { TIME_SPAN, toTokenTime } from './line.js'

/** Connections whose bytes are inflated, and every line checked. */
const INFLATED = 2
/** Bytes that inflation hands over at once. */
const INFLATE_SIZE = 131_072

/**
 * One compressed connection from the mark on.
 * @typedef {object} Track
 * @property {number} bytes
 * @property {number} checksum
 * @property {number[]} ends after each read: the bytes so far
 * @property {number[]} times after each read: when, in token time
 */

/**
 * Compressed streams that ought to be copies of one another. Two are inflated and read line by line; every other one
 * must have had the very same bytes since the mark, and its lines have arrived when the bytes that hold them have.
 */
export class SharedStream {
  /** @type {LineReader[]} */
  readers = []
  /** @type {Map<number, Track>} */
  #tracks = new Map()
  /** What arrived at the first connection with each of its reads: line latencies, and how many lines had each. */
  #arrivals = /** @type {{ end: number, time: number, latencies: Map<number, number> }[]} */ ([])
  /** @type {((chunk: Buffer, end: number, time: number) => void)[]} */
  #inflaters = []
  #marked = false
  #onLine

  /** @param {(latency: number, times: number) => void} onLine */
  constructor(onLine) {
    this.#onLine = onLine
  }

  /**
   * @param {number} index of the connection
   * @param {Buffer} chunk
   * @param {number} from
   * @param {number} to
   * @param {number} time when it arrived, in token time
   */
  read(index, chunk, from, to, time) {
    let track = this.#tracks.get(index)
    if (track === undefined) this.#tracks.set(index, (track = { bytes: 0, checksum: 0, ends: [], times: [] }))
    const part = chunk.subarray(from, to)
    track.bytes += part.length
    if (this.#marked) {
      track.checksum = crc32(part, track.checksum)
      if (track.times.at(-1) === time) track.ends[track.ends.length - 1] = track.bytes
      else {
        track.ends.push(track.bytes)
        track.times.push(time)
      }
    }
    if (index >= INFLATED) return
    this.#inflaters[index] ??= this.#createInflater(index === 0)
    // The connections share their buffer; inflation reads it later.
    this.#inflaters[index](Buffer.from(part), track.bytes, time)
  }

  /** All connections are at the same place of the stream: from here on their bytes must be equal. */
  mark() {
    this.#marked = true
    this.#arrivals = []
    for (const track of this.#tracks.values()) {
      Object.assign(track, { bytes: 0, checksum: 0, ends: [], times: [] })
    }
  }

  /** Whether all connections have had the same number of bytes since the mark. */
  get isEven() {
    const [first, ...others] = this.#tracks.values()
    return others.every(({ bytes }) => bytes === first.bytes)
  }

  /**
   * Adds the latencies of the lines of all connections whose bytes are those of the first one.
   * @returns {number} how many have other bytes
   */
  finish() {
    const reference = this.#tracks.get(0)
    let wrong = 0
    for (const track of this.#tracks.values()) {
      if (track.bytes === reference?.bytes && track.checksum === reference.checksum) this.#addLatencies(track)
      else wrong++
    }
    return wrong
  }

  /** @param {Track} track */
  #addLatencies({ ends, times }) {
    let read = 0
    for (const { end, time, latencies } of this.#arrivals) {
      while (read < ends.length - 1 && ends[read] < end) read++
      let later = times[read] - time
      if (later < -TIME_SPAN / 2) later += TIME_SPAN
      for (const [latency, times] of latencies) this.#onLine(latency + later / 100, times)
    }
  }

  /** @param {boolean} isFirst */
  #createInflater(isFirst) {
    const gunzip = createGunzip({ flush: constants.Z_SYNC_FLUSH, chunkSize: INFLATE_SIZE })
    const room = Buffer.alloc(INFLATE_SIZE + 2 * MARGIN)
    /** @type {{ end: number, time: number }[]} */
    const queue = []
    /** @type {Map<number, number>} */
    let latencies = new Map()
    const reader = new LineReader((latency) => latencies.set(latency, (latencies.get(latency) ?? 0) + 1))
    this.readers.push(reader)
    gunzip.on('data', (/** @type {Buffer} */ text) => {
      text.copy(room, MARGIN)
      reader.read(room, MARGIN, MARGIN + text.length, queue[0]?.time ?? toTokenTime())
    })
    // Bytes that can't be inflated stop the counting, which is then told as loss.
    gunzip.on('error', () => reader.faults++)
    return (/** @type {Buffer} */ chunk, /** @type {number} */ end, /** @type {number} */ time) => {
      queue.push({ end, time })
      gunzip.write(chunk, () => {
        const done = queue.shift()
        if (isFirst && done && latencies.size > 0) this.#arrivals.push({ ...done, latencies })
        latencies = new Map()
      })
    }
  }
}

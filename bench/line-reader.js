import { MARK, TIME_SPAN, TOKEN } from './line.js'

/** Bytes that a buffer given to `read` must have to spare before `from` and after `to`. */
export const MARGIN = 64

/**
 * Finds the tokens of the lines in one client's bytes and checks that their counters follow each other, without a
 * gap and without a duplicate. It allocates nothing, parses nothing else, and looks at each line once.
 */
export class LineReader {
  /** The counter that must come next. */
  next = 0
  /** Lines whose counter was not the next one. */
  faults = 0
  /** Lines read of those that count. */
  counted = 0
  /** The first counter that counts; those before it warm up. */
  countFrom = 0
  #onLine
  /** A token that the last bytes cut. */
  #rest = Buffer.alloc(TOKEN)
  #restLength = 0
  /** Bytes from one token to the next; lines are alike, so it is tried before anything is searched. */
  #stride = TOKEN

  /** @param {(latency: number) => void} onLine with the milliseconds from the time the line was due, of those that count */
  constructor(onLine) {
    this.#onLine = onLine
  }

  /**
   * Reads `bytes[from..to)`, which continue those read before. May change the bytes around them.
   * @param {Buffer} bytes
   * @param {number} from
   * @param {number} to
   * @param {number} now when they arrived, as of `toTokenTime`
   */
  read(bytes, from, to, now) {
    let at = from - this.#restLength
    if (this.#restLength > 0) bytes.set(this.#rest.subarray(0, this.#restLength), at)
    this.#restLength = 0
    // The mark behind the end stops every search there.
    const behind = bytes[to]
    bytes[to] = MARK
    at = bytes.indexOf(MARK, at)
    while (at + TOKEN <= to) {
      if (bytes[at + 9] !== MARK || bytes[at + 18] !== MARK) {
        at = bytes.indexOf(MARK, at + 1)
        continue
      }
      this.#take(parse(bytes, at + 1), now - parse(bytes, at + 10))
      let next = at + this.#stride
      if (next + TOKEN > to || bytes[next] !== MARK || bytes[next + 9] !== MARK) {
        next = bytes.indexOf(MARK, at + TOKEN)
        this.#stride = next < to ? next - at : this.#stride
      }
      at = next
    }
    bytes[to] = behind
    if (at < to) {
      this.#restLength = to - at
      bytes.copy(this.#rest, 0, at, to)
    }
  }

  /**
   * @param {number} counter
   * @param {number} age in token time
   */
  #take(counter, age) {
    if (counter !== this.next) this.faults++
    this.next = counter + 1
    if (counter < this.countFrom) return
    this.counted++
    // Less than nothing by a lot means that the clock of the tokens has begun again.
    this.#onLine((age < -TIME_SPAN / 2 ? age + TIME_SPAN : age) / 100)
  }
}

/**
 * The number that eight digits at `at` write.
 * @param {Buffer} bytes
 * @param {number} at
 */
function parse(bytes, at) {
  const high = ((bytes[at] * 10 + bytes[at + 1]) * 10 + bytes[at + 2]) * 10 + bytes[at + 3]
  const low = ((bytes[at + 4] * 10 + bytes[at + 5]) * 10 + bytes[at + 6]) * 10 + bytes[at + 7]
  return high * 10_000 + low - 533_333_328
}

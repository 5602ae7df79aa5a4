const CR = 13
const LF = 10

/**
 * The body of one HTTP/1.1 response as it arrives, chunked or not.
 */
export class HttpBody {
  /** Status line and headers in lower case; undefined until they are complete. */
  head = /** @type {string | undefined} */ (undefined)
  #partialHead = ''
  #chunked = false
  /** Bytes left of the current chunk. */
  #left = 0
  #size = 0
  #hasSize = false
  #onBody

  /** @param {(bytes: Buffer, from: number, to: number) => void} onBody */
  constructor(onBody) {
    this.#onBody = onBody
  }

  /**
   * Hands on what of `bytes[from..to)` belongs to the body.
   * @param {Buffer} bytes
   * @param {number} from
   * @param {number} to
   */
  read(bytes, from, to) {
    let at = this.head === undefined ? this.#readHead(bytes, from, to) : from
    if (!this.#chunked) {
      if (at < to) this.#onBody(bytes, at, to)
      return
    }
    while (at < to) {
      if (this.#left > 0) {
        const end = Math.min(to, at + this.#left)
        this.#onBody(bytes, at, end)
        this.#left -= end - at
        at = end
        continue
      }
      const byte = bytes[at++]
      if (byte === CR) continue
      if (byte !== LF) {
        this.#size = this.#size * 16 + (byte <= 57 ? byte - 48 : (byte | 32) - 87)
        this.#hasSize = true
      } else if (this.#hasSize) {
        this.#left = this.#size
        this.#size = 0
        this.#hasSize = false
      }
    }
  }

  /**
   * @param {Buffer} bytes
   * @param {number} from
   * @param {number} to
   */
  #readHead(bytes, from, to) {
    const before = this.#partialHead.length
    this.#partialHead += bytes.toString('latin1', from, to)
    const end = this.#partialHead.indexOf('\r\n\r\n')
    if (end === -1) return to
    this.head = this.#partialHead.slice(0, end).toLowerCase()
    this.#chunked = this.head.includes('\r\ntransfer-encoding: chunked')
    return from + end + 4 - before
  }

  /** @param {string} name in lower case */
  header(name) {
    const line = this.head?.split('\r\n').find((each) => each.startsWith(`${name}:`))
    return line?.slice(name.length + 1).trim()
  }

  get status() {
    return Number(this.head?.split(' ', 2)[1])
  }
}

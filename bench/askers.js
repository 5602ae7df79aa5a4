// The asking process: many clients that stream one chat after the other and time the way to the first byte. They speak
// over bare sockets, so that they take little of the machine from what is measured.
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from './answer.js'
import { openSocket } from './raw-socket.js'

const PROMPT = 'What does the gateway do when a provider refuses the call? '.repeat(40)
const BODY = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: PROMPT }], stream: true })
/** What ends an answer. */
const END = Buffer.from('\r\n0\r\n\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

answer({ ask, stop: () => undefined })

/**
 * Streams `count` chats at once for some seconds and answers how long the way took there and back, without what the
 * model held the request.
 * @param {{ port: number, path: string, count: number, warmUp: number, seconds: number }} plan
 * @returns {Promise<{ streams: number, failed: number, p50: number, p99: number }>} milliseconds
 */
async function ask({ port, path, count, warmUp, seconds }) {
  const from = performance.now() + warmUp * 1000
  const to = from + seconds * 1000
  /** @type {number[]} */
  const ways = []
  let failed = 0
  const askers = Array.from({ length: count }, async () => {
    await sleep(Math.random() * 1000)
    let asker = new Asker(port, path)
    while (performance.now() < to) {
      const way = await asker.ask().catch(() => undefined)
      if (way === undefined) {
        asker.close()
        asker = new Asker(port, path)
      }
      if (performance.now() < from) continue
      if (way === undefined) failed++
      else ways.push(way)
    }
    asker.close()
  })
  await Promise.all(askers)
  ways.sort((a, b) => a - b)
  const quantile = (/** @type {number} */ share) => ways[Math.floor(share * (ways.length - 1))] ?? NaN
  return { streams: ways.length, failed, p50: quantile(0.5), p99: quantile(0.99) }
}

/** One client, which keeps its connection. */
class Asker {
  #socket
  #request
  #asked = 0
  /** Milliseconds that the model held the request; undefined while the head is not there. */
  #held = /** @type {number | undefined} */ (undefined)
  #way = /** @type {number | undefined} */ (undefined)
  #head = ''
  #tail = Buffer.alloc(0)
  #settle = /** @type {{ resolve: (way: number) => void, reject: (error: Error) => void } | undefined} */ (
    undefined
  )

  /**
   * @param {number} port
   * @param {string} path
   */
  constructor(port, path) {
    this.#request =
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`
    this.#socket = openSocket(port, {
      onBytes: (bytes) => this.#read(bytes),
      onLost: (error) => this.#settle?.reject(error),
    })
  }

  /**
   * Streams one chat to its end. Rejects when it is refused or breaks off.
   * @returns {Promise<number>} milliseconds of the way
   */
  ask() {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#held = this.#way = undefined
      this.#head = ''
      this.#tail = Buffer.alloc(0)
      this.#asked = performance.now()
      this.#socket.write(this.#request)
    })
  }

  close() {
    this.#settle = undefined
    this.#socket.destroy()
  }

  /** @param {Buffer} bytes */
  #read(bytes) {
    const body = this.#held === undefined ? this.#readHead(bytes) : bytes
    if (body.length === 0 || this.#held === undefined) return
    this.#way ??= performance.now() - this.#asked - this.#held
    const end = body.length < END.length ? Buffer.concat([this.#tail, body]) : body
    this.#tail = Buffer.from(end.subarray(-END.length))
    if (this.#tail.equals(END)) this.#settle?.resolve(this.#way)
  }

  /**
   * @param {Buffer} bytes
   * @returns {Buffer} what follows the head
   */
  #readHead(bytes) {
    const end = bytes.indexOf(HEAD_END)
    this.#head += bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
    if (end < 0) return bytes.subarray(bytes.length)
    const [, held] = /\r\nx-held: ([\d.]+)/i.exec(this.#head) ?? []
    if (this.#head.startsWith('HTTP/1.1 200 ') && held !== undefined) this.#held = Number(held)
    else this.#settle?.reject(new Error(`answered with ${this.#head.slice(0, 40)}`))
    return bytes.subarray(end + HEAD_END.length)
  }
}

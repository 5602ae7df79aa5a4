// The asking process of `bench/parts/register.js`: clients that ask for the same small page again and again. They speak
// over bare sockets and count bytes, so that what is measured is the server and never the one who asks.
import net from 'node:net'
import { answer } from './answer.js'
import { openSocket } from './raw-socket.js'

/** @type {Map<number, Asker[]>} */
const askersOf = new Map()

answer({ open, ask, stop: () => undefined })

/**
 * Opens connections to a port, for later.
 * @param {{ port: number, count: number }} plan
 */
async function open({ port, count }) {
  const length = await measureAnswer(port)
  askersOf.set(
    port,
    Array.from({ length: count }, () => new Asker(port, length)),
  )
}

/**
 * Asks on all connections of a port for some time, each for the next page once it has the one before.
 * @param {{ port: number, milliseconds: number }} plan
 * @returns {Promise<{ answers: number, milliseconds: number }>} until the last one is there
 */
async function ask({ port, milliseconds }) {
  const from = performance.now()
  const counts = await Promise.all((askersOf.get(port) ?? []).map((asker) => asker.ask(from + milliseconds)))
  return {
    answers: counts.reduce((sum, count) => sum + count, 0),
    milliseconds: performance.now() - from,
  }
}

/** One client with its connection. */
class Asker {
  #socket
  #request
  #length
  #read = 0
  #answers = 0
  #until = 0
  #settle =
    /** @type {{ resolve: (answers: number) => void, reject: (error: Error) => void } | undefined} */ (
      undefined
    )

  /**
   * @param {number} port
   * @param {number} length bytes of an answer
   */
  constructor(port, length) {
    this.#request = toRequest(port)
    this.#length = length
    this.#socket = openSocket(port, {
      onBytes: ({ length }) => this.#take(length),
      onLost: (error) => this.#settle?.reject(error),
    })
  }

  /**
   * @param {number} until of `performance.now()`
   * @returns {Promise<number>} how many answers came
   */
  ask(until) {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#until = until
      this.#answers = 0
      this.#socket.write(this.#request, 'latin1')
    })
  }

  /** @param {number} size */
  #take(size) {
    this.#read += size
    if (this.#read < this.#length) return
    if (this.#read > this.#length) this.#settle?.reject(new Error('an answer is longer than the first one'))
    this.#read = 0
    this.#answers++
    if (performance.now() < this.#until) this.#socket.write(this.#request, 'latin1')
    else this.#settle?.resolve(this.#answers)
  }
}

/**
 * The bytes of one answer; the next ones are as long, for the date has always the same length.
 * @param {number} port
 * @returns {Promise<number>}
 */
function measureAnswer(port) {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.write(toRequest(port)))
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      text += String(chunk)
      const [head = '', body] = text.split('\r\n\r\n')
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
      if (body === undefined || body.length < length) return
      socket.destroy()
      if (head.startsWith('HTTP/1.1 200 ')) resolve(text.length)
      else reject(new Error(`answered with ${head.slice(0, 40)}`))
    })
  })
}

/** @param {number} port */
function toRequest(port) {
  return `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`
}

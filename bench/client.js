// The client process: many connections that read as fast as they can, count every line and time it.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer } from './answer.js'
import { HttpBody } from './http-body.js'
import { Latencies } from './latencies.js'
import { LineReader, MARGIN } from './line-reader.js'
import { toTokenTime } from './line.js'
import { SharedStream } from './shared-stream.js'

/** Bytes read at once. All sockets read into the same buffer, so that it stays in the cache. */
const READ_SIZE = 262_144
/** Connections from one address of the loopback network: servers may limit them. */
const PER_ADDRESS = 40
const CONNECTING_AT_ONCE = 100
/** Milliseconds without a byte after which nothing is under way. */
const QUIET = 150

const buffer = Buffer.alloc(READ_SIZE + 2 * MARGIN)
const readArea = buffer.subarray(MARGIN, MARGIN + READ_SIZE)

/**
 * @typedef {object} Connection
 * @property {import('node:net').Socket} socket
 * @property {HttpBody} body
 * @property {LineReader | undefined} lines undefined when its bytes are compressed
 */

/** @type {Connection[]} */
const connections = []
/** @type {SharedStream | undefined} */
let shared
let latencies = new Latencies()
let last = 0
let bytes = 0
let readAt = 0
let closedEarly = 0
let stopping = false
let cpu = process.cpuUsage()
let countingSince = 0

answer({
  connect: connectAll,
  expect,
  finish,
  quiet,
  mark,
  bytes: () => ({ bytes, closedEarly }),
  stop() {
    stopping = true
    for (const { socket } of connections) socket.destroy()
  },
})

/**
 * Opens streams and resolves when each has answered.
 * @param {{ port: number, path: string, count: number, gzip?: boolean, reads?: boolean }} options
 * @returns {Promise<{ status: number, encoding: string | undefined }>} of the first
 */
async function connectAll({ port, path, count, gzip = false, reads = true }) {
  const added = []
  for (let index = 0; index < count; index++) {
    added.push(open(port, path, connections.length + index, gzip, reads))
    if ((index + 1) % CONNECTING_AT_ONCE === 0) await Promise.all(added)
  }
  connections.push(...(await Promise.all(added)))
  const first = connections[connections.length - count]
  return { status: first.body.status, encoding: first.body.header('content-encoding') }
}

/**
 * @param {number} port
 * @param {string} path
 * @param {number} index
 * @param {boolean} gzip
 * @param {boolean} reads whether it reads; one that doesn't is done as soon as it has asked
 * @returns {Promise<Connection>}
 */
function open(port, path, index, gzip, reads) {
  const address = 2 + Math.floor(index / PER_ADDRESS)
  // Other systems have but one loopback address.
  const localAddress = process.platform === 'linux' ? `127.0.0.${address}` : undefined
  const { promise, resolve, reject } = withResolvers()
  const body = new HttpBody((chunk, from, to) => {
    if (gzip) shared?.read(index, chunk, from, to, readAt)
    else lines?.read(chunk, from, to, readAt)
  })
  const lines = gzip ? undefined : new LineReader((latency) => latencies.add(latency))
  if (gzip && shared === undefined)
    shared = new SharedStream((latency, times) => latencies.add(latency, times))
  const onread = {
    buffer: readArea,
    callback(/** @type {number} */ size) {
      readAt = toTokenTime()
      bytes += size
      const isNew = body.head === undefined
      body.read(buffer, MARGIN, MARGIN + size)
      if (!isNew || body.head === undefined) return true
      if (body.status === 200) resolve({ socket, body, lines })
      else reject(new Error(`a stream was refused with status ${body.status}`))
      return true
    },
  }
  const socket = connect({ port, host: '127.0.0.1', localAddress, ...(reads && { onread }) })
  const encoding = gzip ? 'Accept-Encoding: gzip\r\n' : ''
  const head = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n${encoding}\r\n`
  socket.write(head, () => {
    if (!reads) resolve({ socket, body, lines })
  })
  socket.setTimeout(10_000, () => reject(new Error('a stream was not answered within 10 s')))
  socket.once('error', reject)
  socket.once('close', () => {
    if (!stopping) closedEarly++
    reject(new Error('a stream was closed while it was opened'))
  })
  return promise.then((connection) => {
    socket.setTimeout(0)
    return connection
  })
}

/** @returns {{ promise: Promise<Connection>, resolve: (value: Connection) => void, reject: (error: Error) => void }} */
function withResolvers() {
  /** @type {any} */
  const result = {}
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }))
  return result
}

/**
 * Begins to count: the lines with the counters `from` to `to` will come, those below `countFrom` warm up.
 * @param {{ from: number, countFrom: number, to: number }} range
 */
function expect({ from, countFrom, to }) {
  latencies = new Latencies()
  last = to
  for (const lines of readers()) {
    lines.next = from
    lines.countFrom = countFrom
    lines.faults = 0
    lines.counted = 0
  }
  cpu = process.cpuUsage()
  countingSince = performance.now()
}

/** @returns {LineReader[]} */
function readers() {
  return shared ? shared.readers : connections.flatMap(({ lines }) => lines ?? [])
}

/**
 * Waits until every connection has read up to the last line, at most `timeout` milliseconds, and tells the result.
 * @param {{ timeout: number }} options
 */
async function finish({ timeout }) {
  const deadline = performance.now() + timeout
  while (performance.now() < deadline) {
    if (readers().every(({ next }) => next > last) && (shared?.isEven ?? true)) break
    await sleep(5)
  }
  // What was inflated is counted a moment after it was read.
  if (shared) await sleep(50)
  while (shared?.isEven === false && performance.now() < deadline) await sleep(5)
  const used = process.cpuUsage(cpu)
  const busy = (used.user + used.system) / 1000 / (performance.now() - countingSince)
  const wrong = shared?.finish() ?? 0
  const all = readers()
  const perReader = last + 1 - (all[0]?.countFrom ?? 0)
  return {
    deliveries: latencies.count,
    expected: perReader * connections.filter(({ socket }) => socket.bytesRead > 0).length,
    faults: all.reduce((sum, { faults }) => sum + faults, 0) + wrong,
    closedEarly,
    p50: latencies.quantile(0.5),
    p99: latencies.quantile(0.99),
    max: latencies.quantile(1),
    clientCpu: busy,
    cpu: used.user + used.system,
  }
}

/** Resolves when no byte has arrived for a moment. */
async function quiet() {
  let seen = -1
  while (seen !== bytes) {
    seen = bytes
    await sleep(QUIET)
  }
}

/** Waits for a quiet moment, when all compressed streams are at the same place, and compares them from there on. */
async function mark() {
  await quiet()
  shared?.mark()
}

// The model process: a server that streams chats as a provider does. It speaks over bare sockets, so that it takes
// little of the machine from what is measured.
import net from 'node:net'
import { answer } from './answer.js'
import { listen } from './listen.js'

/** Milliseconds before the first token and between two, and tokens of a reply. */
const FIRST_TOKEN = 50
const INTERVAL = 50
const TOKENS = 20

const TOKEN = toChunk({ content: ' word' }, null)
const END = Buffer.concat([toChunk({}, 'stop'), toFrame('data: [DONE]\n\n'), Buffer.from('0\r\n\r\n')])

/** @type {Set<net.Socket>} */
const sockets = new Set()
const server = net.createServer({ noDelay: true }, (socket) => {
  sockets.add(socket)
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  let left = 0
  socket.on('data', (bytes) => {
    const asked = performance.now()
    left = left > 0 ? left - bytes.length : restOf(bytes)
    if (left === 0) setTimeout(() => stream(socket, asked), FIRST_TOKEN * (0.5 + Math.random()))
  })
})

/**
 * Bytes of the body that are still to come after the first of a request, which hold its whole head.
 * @param {Buffer} bytes
 */
function restOf(bytes) {
  const end = bytes.indexOf('\r\n\r\n') + 4
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, end)) ?? []
  if (length === undefined) throw new Error('a request came without a content-length')
  return end + Number(length) - bytes.length
}

/**
 * @param {net.Socket} socket
 * @param {number} asked
 */
function stream(socket, asked) {
  let sent = 0
  const next = () => {
    if (socket.destroyed) return
    socket.write(TOKEN)
    if (++sent < TOKENS) setTimeout(next, INTERVAL)
    else socket.write(END)
  }
  // How long the request was here: what the reader waited beyond that, the way took.
  const held = (performance.now() - asked).toFixed(3)
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Held: ${held}\r\nTransfer-Encoding: chunked\r\n\r\n`
  socket.cork()
  socket.write(head)
  next()
  socket.uncork()
}

/**
 * @param {object} delta
 * @param {string | null} finish_reason
 */
function toChunk(delta, finish_reason) {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5' }
  const data = JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason }] })
  return toFrame(`data: ${data}\n\n`)
}

/** @param {string} text */
function toFrame(text) {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}

answer({
  start: async () => ({ port: await listen(server) }),
  stop() {
    for (const socket of sockets) socket.destroy()
  },
})

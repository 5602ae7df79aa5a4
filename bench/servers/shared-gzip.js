import { createServer } from 'node:http'
import { constants, createDeflateRaw } from 'node:zlib'
import { HEADERS, listen } from '../listen.js'

/** Milliseconds between two writes, as opswire has it by default. */
const BATCH = 50
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])

/**
 * The ceiling of shared compression: the shared buffer of every 50 ms, through one deflate stream for all.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  /** @type {Set<import('node:http').ServerResponse>} */
  const responses = new Set()
  const server = createServer((_request, response) => {
    response.writeHead(200, { ...HEADERS, 'content-encoding': 'gzip' }).write(GZIP_HEADER)
    responses.add(response)
    response.once('close', () => responses.delete(response))
  })
  const deflate = createDeflateRaw({ level: 1 })
  /** @type {Buffer[]} */
  let parts = []
  deflate.on('data', (part) => parts.push(part))
  /** @type {string[]} */
  let batch = []
  let last = 0
  setInterval(() => {
    if (batch.length === 0) return
    deflate.write(`id: bench-${last}\nevent: log\ndata: [${batch.join(',')}]\n\n`)
    batch = []
    deflate.flush(constants.Z_SYNC_FLUSH, () => {
      const frames = Buffer.concat(parts)
      parts = []
      for (const response of responses) response.write(frames)
    })
  }, BATCH)
  return {
    port: await listen(server),
    path: '/events',
    publish(line) {
      batch.push(JSON.stringify(line))
      last = line.seq
    },
    stop() {},
  }
}

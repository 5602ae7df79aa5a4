import { createServer } from 'node:http'
import { HEADERS, listen } from '../listen.js'

/** Milliseconds between two writes, as opswire has it by default. */
const BATCH = 50

/**
 * The ceiling: no framework, no filters, no bounds, no snapshots; every 50 ms one buffer, the same for all.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  /** @type {Set<import('node:http').ServerResponse>} */
  const responses = new Set()
  const server = createServer((_request, response) => {
    response.writeHead(200, HEADERS).flushHeaders()
    responses.add(response)
    response.once('close', () => responses.delete(response))
  })
  /** @type {string[]} */
  let batch = []
  let last = 0
  setInterval(() => {
    if (batch.length === 0) return
    const frames = Buffer.from(`id: bench-${last}\nevent: log\ndata: [${batch.join(',')}]\n\n`)
    batch = []
    for (const response of responses) response.write(frames)
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

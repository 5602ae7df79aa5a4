import { createServer } from 'node:http'
import { toFrame } from '../line.js'
import { HEADERS, listen } from '../listen.js'

/**
 * What one writes without a library: each event, as text, to each response.
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
  return {
    port: await listen(server),
    path: '/events',
    publish(line) {
      const frame = toFrame(line)
      for (const response of responses) response.write(frame)
    },
    stop() {},
  }
}

import http from 'node:http'
import { listen } from '../listen.js'

/**
 * The least that a proxy does in Node: two pipes, and nothing looked at.
 * @param {{ port: number }} options of the model server
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start({ port }) {
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1000 })
  const server = http.createServer((request, response) => {
    const { url: path, method, headers } = request
    const outgoing = http.request({ port, path, method, headers, agent, host: '127.0.0.1' }, (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers)
      incoming.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    request.pipe(outgoing)
  })
  server.keepAliveTimeout = 60_000
  return { port: await listen(server), path: '/', publish() {}, stop: () => agent.destroy() }
}

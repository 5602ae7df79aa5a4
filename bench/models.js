// The model process: a server that streams chats as a provider does.
import http from 'node:http'
import { answer } from './answer.js'
import { listen } from './listen.js'

/** Milliseconds before the first token and between two, and tokens of a reply. */
const FIRST_TOKEN = 50
const INTERVAL = 50
const TOKENS = 20

const server = http.createServer((request, response) => {
  const asked = performance.now()
  request
    .resume()
    .on('end', () => setTimeout(() => stream(response, asked), FIRST_TOKEN * (0.5 + Math.random())))
})
server.keepAliveTimeout = 60_000

/**
 * @param {http.ServerResponse} response
 * @param {number} asked
 */
function stream(response, asked) {
  let sent = 0
  const next = () => {
    response.write(toChunk({ content: ' word' }, null))
    if (++sent < TOKENS) setTimeout(next, INTERVAL)
    else response.end(`${toChunk({}, 'stop')}data: [DONE]\n\n`)
  }
  // How long the request was here: what the reader waited beyond that, the way took.
  const held = (performance.now() - asked).toFixed(3)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-held': held })
  next()
}

/**
 * @param {object} delta
 * @param {string | null} finish_reason
 */
function toChunk(delta, finish_reason) {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5' }
  return `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason }] })}\n\n`
}

answer({
  start: async () => ({ port: await listen(server) }),
  stop: () => server.closeAllConnections(),
})

// Where `bench/parts/register.js` has OpenTelemetry's exporters send to: takes everything, keeps nothing.
import { createServer } from 'node:http'
import { answer } from './answer.js'
import { listen } from './listen.js'

let exports = 0
const server = createServer((request, response) => {
  exports++
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
})

answer({
  start: () => listen(server),
  /** How many exports came. */
  count: () => exports,
  stop: () => server.closeAllConnections(),
})

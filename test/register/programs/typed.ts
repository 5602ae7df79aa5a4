// A server in TypeScript. Knows nothing of opswire.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Answer {
  text: string
}
const answer: Answer = { text: 'typed' }
const server = createServer((_request, response) => void response.end(answer.text))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.(`http://127.0.0.1:${port}/typed`)
})
process.once('message', () => {
  server.close()
  server.closeAllConnections()
  process.disconnect()
})

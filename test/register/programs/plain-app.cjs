// A server without a framework, in CommonJS. Knows nothing of opswire.
const http = require('node:http')

const server = http.createServer((request, response) => {
  if (request.url === '/slow') setTimeout(() => response.end('late'), 400)
  else response.end('hello')
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
})

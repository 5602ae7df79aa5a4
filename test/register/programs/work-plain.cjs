// A server without a framework, in CommonJS, that does everything there is a hook for. Knows nothing of opswire.
const http = require('node:http')
const { announce, work } = require('./every-hook.cjs')

/** @type {Record<string, (response: import('node:http').ServerResponse) => unknown>} */
const routes = {
  '/work': async (response) => response.end(JSON.stringify(await work())),
  '/fail': (response) => response.writeHead(500).end('this route is broken'),
  '/hold': (response) => response.write('wait'),
}
const server = http.createServer((request, response) => {
  const route = routes[request.url ?? '']
  if (route === undefined) response.end(request.url)
  else route(response)
})
server.listen(0, '127.0.0.1', () => announce(server))

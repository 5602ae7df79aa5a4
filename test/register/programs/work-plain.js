// A server without a framework, in an ES module, that does everything there is a hook for. Knows nothing of opswire.
import { createServer } from 'node:http'
import { announce, work } from './every-hook.cjs'

/** @type {Record<string, (response: import('node:http').ServerResponse) => unknown>} */
const routes = {
  '/work': async (response) => response.end(JSON.stringify(await work())),
  '/fail': (response) => response.writeHead(500).end('this route is broken'),
  '/hold': (response) => response.write('wait'),
}
const server = createServer((request, response) => {
  const route = routes[request.url ?? '']
  if (route === undefined) response.end(request.url)
  else route(response)
})
server.listen(0, '127.0.0.1', () => announce(server))

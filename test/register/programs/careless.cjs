// Does what its first argument says, once its parent says so, and ends. Knows nothing of opswire.
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const http = require('node:http')
const http2 = require('node:http2')
const https = require('node:https')
const { connect } = require('node:net')
const { text } = require('node:stream/consumers')
const { setTimeout: sleep } = require('node:timers/promises')

/** @typedef {import('node:net').AddressInfo} AddressInfo */
/** @returns {never} */
const explode = () => {
  throw new Error('do not look')
}
/** Can't be asked for anything. */
const untouchable = new Proxy(
  {},
  {
    get: explode,
    getPrototypeOf: explode,
    getOwnPropertyDescriptor: explode,
    has: explode,
    ownKeys: explode,
  },
)
/** @type {import('node:http').RequestListener} */
const answer = (_request, response) => void response.end('hello')

/** @param {import('node:net').Server} server */
async function listen(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return /** @type {AddressInfo} */ (server.address()).port
}

/** @param {typeof http | typeof https} by @param {string} url */
const get = (by, url) =>
  new Promise((resolve, reject) => {
    by.get(url, { rejectUnauthorized: false }, (response) => resolve(text(response))).on('error', (error) =>
      resolve(/** @type {NodeJS.ErrnoException} */ (error).code),
    )
    setTimeout(reject, 10_000).unref()
  })

/** @type {Record<string, () => unknown>} */
const tasks = {
  /** Nothing may keep it alive after its server is closed. */
  'close its server': async () => {
    const server = http.createServer(answer)
    console.log(await get(http, `http://127.0.0.1:${await listen(server)}`))
    server.close(() => console.log('closed'))
  },
  'close its server at once': () => {
    const server = http.createServer(answer).listen(0, '127.0.0.1')
    server.close(() => console.log('closed'))
  },
  'exit in a handler': async () => {
    const server = http.createServer(() => process.exit(7))
    console.log(await get(http, `http://127.0.0.1:${await listen(server)}`))
  },
  'set its exit code': () => {
    process.on('exit', (code) => console.log(`exit ${code}`))
    process.exitCode = 9
  },
  'be told to end': async () => {
    await listen(http.createServer(answer))
    process.kill(process.pid, 'SIGTERM')
  },
  'end in order when told to': async () => {
    const server = http.createServer(answer)
    await listen(server)
    process.once('SIGTERM', () => server.close(() => console.log('closed')))
    process.kill(process.pid, 'SIGTERM')
  },
  'catch what nobody caught': async () => {
    process.on('uncaughtException', (error, origin) => console.log(origin, error.message))
    setImmediate(() => {
      throw new Error('thrown')
    })
    void Promise.reject(new Error('rejected'))
    await sleep(10)
  },
  'throw what can’t be looked at': () => {
    throw untouchable
  },
  'reject with nothing': () => void Promise.reject(),
  'have servers of a class of its own': async () => {
    class Request extends http.IncomingMessage {
      get shortened() {
        return this.url?.slice(0, 2)
      }
    }
    class Server extends http.Server {
      constructor() {
        super({ IncomingMessage: Request }, (request, response) => {
          response.end(/** @type {Request} */ (request).shortened)
        })
      }
    }
    const server = new Server()
    console.log(await get(http, `http://127.0.0.1:${await listen(server)}/abc`))
    server.close()
  },
  'speak HTTP/2': async () => {
    /** @param {string} name */
    const read = (name) => readFileSync(`${__dirname}/../certificate/${name}.pem`)
    const options = { key: read('key'), cert: read('cert'), allowHTTP1: true }
    const server = http2.createSecureServer(options, (request, response) => {
      response.end(`over ${request.httpVersion}`)
    })
    const url = `https://127.0.0.1:${await listen(server)}`
    console.log(await get(https, url))
    const client = http2.connect(url, { rejectUnauthorized: false })
    console.log(await text(client.request({ ':path': '/' })))
    client.close()
    server.close()
  },
  'treat connections roughly': async () => {
    const server = http.createServer((request, response) => {
      if (request.url === '/destroy') request.socket.destroy()
      else if (request.url === '/reset') request.socket.resetAndDestroy()
      else if (request.url === '/twice') response.end('once').end()
      else if (request.url === '/late') {
        response.on('error', (error) => console.log(error.message)).end()
        response.write('too late')
      } else if (request.url === '/alone') response.detachSocket(request.socket)
      else response.write('never ended')
    })
    /** @type {(event: string) => (request: unknown, socket: import('node:net').Socket) => void} */
    const hijack = (event) => (_request, socket) => void socket.end(`HTTP/1.1 200 OK\r\n\r\n${event}`)
    server.on('upgrade', hijack('upgrade')).on('connect', hijack('connect'))
    server.on('checkContinue', (_request, response) => response.writeHead(417).end('no'))
    const port = await listen(server)
    for (const path of ['/destroy', '/reset', '/twice', '/late']) {
      console.log(path, await get(http, `http://127.0.0.1:${port}${path}`))
    }
    for (const head of [
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n',
      'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\nConnection: close\r\n\r\n',
      'no HTTP at all\r\n\r\n',
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.write(head)
      console.log((await text(socket)).replace(/Date: .*/, ''))
    }
    for (const path of ['/alone', '/held'])
      connect(port, '127.0.0.1').end(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await sleep(20)
    server.closeAllConnections()
    server.close(() => console.log('closed'))
  },
  'take over the console': () => {
    const { error, warn } = console
    console.error = (...args) => error('[mine]', ...args)
    console.warn = () => process.stderr.write('never\n')
    console.error('a line')
    console.warn('another')
    console.error = error
    console.warn = warn
    console.error('as before')
  },
  'print what can’t be looked at': () => {
    console.error(untouchable, new Proxy(new Error('seen'), { get: explode }))
    console.warn({
      get shy() {
        return explode()
      },
      [Symbol.toPrimitive]: explode,
    })
    console.error('%s %d %j %o', Symbol('a'), 1n, { toJSON: () => 'json' }, [1])
  },
  'ask with what can’t be looked at': async () => {
    const url = 'http://127.0.0.1:9/v1/chat/completions'
    for (const [input, init] of [
      [untouchable, undefined],
      [url, untouchable],
      [url, { method: 'POST', headers: untouchable }],
      [url, { method: 'POST', body: untouchable }],
      [undefined, { method: 'POST' }],
      [{ href: url }, { method: 'POST' }],
    ]) {
      await fetch(/** @type {any} */ (input), /** @type {any} */ (init)).catch((error) =>
        console.log(error.message),
      )
    }
    for (const args of [[], [null], ['no address', { method: 'POST' }], [{ method: 'POST', path: 7 }]]) {
      try {
        const request = http.request(.../** @type {[any]} */ (args))
        request.on('error', () => console.log('refused')).destroy()
      } catch (error) {
        console.log(/** @type {Error} */ (error).message)
      }
    }
    await sleep(10)
  },
  'take away what is global': async () => {
    delete (/** @type {any} */ (globalThis).fetch)
    process.removeAllListeners()
    console.log(typeof fetch, await Promise.resolve('still here'))
  },
}

process.once('message', (task) => {
  setImmediate(() => {
    process.disconnect()
    void tasks[String(task)]?.()
  })
})

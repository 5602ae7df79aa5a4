import { createHash, randomBytes } from 'node:crypto'
import http, { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import http2 from 'node:http2'
import net, { type AddressInfo, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../../src/index.js'
import opswire from '../../../src/server/fastify.js'
import { toUpstreams } from '../../../src/server/proxy/upstreams.js'
import { proxyRoutes } from '../../../src/server/routes/proxy.js'
import { startHost, type Host } from '../../helpers/host.js'
import { send } from '../../helpers/send.js'

const MEBIBYTE = 1024 * 1024
const CHAT = '/v1/chat/completions'

async function listen(server: net.Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Starts an upstream and a host that proxies to it as `up`. */
async function startProxy(
  listener: RequestListener,
  path = '/v1',
): Promise<Host & { proxy: string; upstream: http.Server }> {
  const upstream = createServer(listener)
  const address = await listen(upstream)
  onTestFinished(() => {
    upstream.close()
    upstream.closeAllConnections()
  })
  const host = await startHost({
    plugin: { proxy: { up: `${address}${path}` } },
    fastify: { forceCloseConnections: true },
  })
  return { ...host, proxy: `${host.url}/ops/proxy/up`, upstream }
}

/** Speaks as a server that knows no HTTP of its own. */
async function startRaw(onConnection: (socket: Socket) => void): Promise<Host & { proxy: string }> {
  const sockets = new Set<Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  const address = await listen(server)
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const host = await startHost({
    plugin: { proxy: { up: address } },
    fastify: { forceCloseConnections: true },
  })
  return { ...host, proxy: `${host.url}/ops/proxy/up` }
}

interface Exchange {
  response: IncomingMessage
  body: Buffer
}

function exchange(url: string, options: http.RequestOptions = {}, body?: Buffer | string): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, ...options }, (response) => {
      buffer(response).then((read) => resolve({ response, body: read }), reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe('bytes through the proxy', () => {
  it('arrive as they were sent, both ways, of any size and framing, and whatever they are', async () => {
    const seen: { hash: string; headers: IncomingMessage['headers'] }[] = []
    const answer = randomBytes(3 * MEBIBYTE)
    const { proxy } = await startProxy((request, response) => {
      void buffer(request).then((body) => {
        seen.push({ hash: hash(body), headers: request.headers })
        response.writeHead(200, request.url!.includes('sized') ? { 'content-length': answer.length } : {})
        response.end(answer)
      })
    })
    const body = randomBytes(5 * MEBIBYTE)
    for (const [path, headers] of [
      [CHAT, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }],
      [`${CHAT}?sized`, { 'content-type': 'application/json', 'content-length': body.length }],
      ['/files', { 'content-type': 'multipart/form-data; boundary=x', 'transfer-encoding': 'chunked' }],
      ['/files?sized', { 'content-length': body.length }],
    ] as const) {
      const { body: received, response } = await exchange(
        `${proxy}${path}`,
        { method: 'POST', headers },
        body,
      )
      expect(hash(received)).toBe(hash(answer))
      expect(response.headers['content-length']).toBe(
        path.includes('sized') ? String(answer.length) : undefined,
      )
    }
    expect(seen.map((each) => each.hash)).toEqual(Array(4).fill(hash(body)))
    expect(seen.map(({ headers }) => headers['content-length'] ?? headers['transfer-encoding'])).toEqual(
      Array(2)
        .fill(['chunked', String(body.length)])
        .flat(),
    )
  })

  it('of a compressed response stay compressed', async () => {
    const packed = gzipSync('{"choices":[],"usage":{"completion_tokens":3}}')
    const { proxy, ops } = await startProxy((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }).end(packed)
    })
    const body = '{"model":"m","messages":[]}'
    const answer = await exchange(`${proxy}/chat/completions`, { method: 'POST' }, body)
    expect(answer.body).toEqual(packed)
    expect(answer.response.headers['content-encoding']).toBe('gzip')
    await expect.poll(() => ops.calls()).toMatchObject([{ state: 'ok', outputTokens: 3 }])
  })

  it('come one by one: each piece of a stream as soon as it is sent', async () => {
    const { proxy } = await startProxy((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      response.on('drain', () => undefined)
      void (async () => {
        for (let index = 0; index < 5; index++) {
          await sleep(40)
          response.write(`data: ${index}\n\n`)
        }
        response.end()
      })()
    })
    const response = await fetch(proxy)
    const pieces: string[] = []
    for await (const piece of response.body!) pieces.push(Buffer.from(piece).toString())
    expect(pieces).toEqual([0, 1, 2, 3, 4].map((index) => `data: ${index}\n\n`))
  })
})

describe('a request through the proxy', () => {
  const reflect: RequestListener = (request, response) => {
    void buffer(request).then((body) => {
      const { method, url, rawHeaders } = request
      response.end(JSON.stringify({ method, url, rawHeaders, body: body.toString() }))
    })
  }

  it('keeps its method, path, query and headers as they are written', async () => {
    const { proxy } = await startProxy(reflect)
    const headers = { Authorization: 'Bearer x', 'X-Api-Key': 'y', 'OpenAI-Beta': 'a', 'X-Multi': ['1', '2'] }
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const path = '/models/a%20b%2Fc;v=1//x:streamGenerateContent?key=%2e%2e&alt=sse&q=a+b'
      const { body } = await exchange(`${proxy}${path}`, { method, headers })
      const seen = JSON.parse(body.toString())
      expect(seen).toMatchObject({ method, url: `/v1${path}` })
      const pairs = seen.rawHeaders.join('\n')
      expect(pairs).toContain('Authorization\nBearer x\nX-Api-Key\ny\nOpenAI-Beta\na\nX-Multi\n1\nX-Multi\n2')
    }
  })

  it('leaves out what is of this host or of one connection', async () => {
    const { proxy, url } = await startProxy(reflect)
    const headers = {
      ...{
        cookie: 'session=host',
        forwarded: 'for=1.2.3.4',
        'x-forwarded-for': '1.2.3.4',
        'x-real-ip': '1.2.3.4',
      },
      ...{
        te: 'trailers',
        connection: 'keep-alive, x-hop',
        'x-hop': 'yes',
        'proxy-authorization': 'Basic eA==',
      },
      ...{ 'x-opswire-session': 's1', 'x-kept': 'yes', expect: '100-continue', upgrade: 'websocket' },
    }
    const { body } = await exchange(proxy, { method: 'POST', headers }, '{}')
    const seen = JSON.parse(body.toString())
    const names = seen.rawHeaders
      .filter((_: string, at: number) => at % 2 === 0)
      .map((name: string) => name.toLowerCase())
    expect(names.sort()).toEqual(['connection', 'host', 'transfer-encoding', 'x-kept'])
    expect(seen.rawHeaders.join()).not.toContain(new URL(url).host)
    expect(seen.body).toBe('{}')
  })

  it('is passed on although no parser would take its body', async () => {
    const { proxy } = await startProxy(reflect)
    for (const [type, body] of [
      ['application/json', '{"broken":'],
      ['application/json', ''],
      ['text/plain', 'hi'],
      ['application/x-unknown', '\0'],
      ['not a type at all', 'x'],
    ]) {
      const answer = await exchange(proxy, { method: 'POST', headers: { 'content-type': type } }, body)
      expect(JSON.parse(answer.body.toString())).toMatchObject({ method: 'POST', body })
    }
  })

  it('is no request of the host, and its call belongs to the session that it names', async () => {
    const { proxy, ops } = await startProxy((_request, response) => response.end('{"choices":[]}'))
    const headers = { 'x-opswire-session': 's1' }
    await exchange(`${proxy}/chat/completions`, { method: 'POST', headers }, '{"model":"m","messages":[]}')
    await exchange(`${proxy}/models`)
    expect(ops.requests()).toEqual([])
    await expect.poll(() => ops.calls()).toMatchObject([{ session: 's1', state: 'ok', provider: 'up' }])
  })

  it('goes to a base without a path, and below a dashboard without a prefix', async () => {
    const upstream = createServer(reflect)
    const address = await listen(upstream)
    const app = Fastify({ forceCloseConnections: true })
    const ops = createOps()
    await app.register(opswire, { ops, prefix: '/', proxy: { up: `${address}/` } })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(async () => {
      await app.close()
      ops.close()
      upstream.close()
    })
    for (const [path, expected] of [
      ['/proxy/up', '/'],
      ['/proxy/up/', '/'],
      ['/proxy/up?a=b', '/?a=b'],
      ['/proxy/up/v1/x?a=b', '/v1/x?a=b'],
    ]) {
      expect(JSON.parse((await exchange(`${url}${path}`)).body.toString()).url).toBe(expected)
    }
    // Connections that are kept for later do not outlive the host.
    await app.close()
    await expect
      .poll(() => new Promise((resolve) => upstream.getConnections((_, count) => resolve(count))))
      .toBe(0)
  })

  it('of HTTP/2 goes on, too', async () => {
    const upstream = createServer(reflect)
    const address = await listen(upstream)
    const app = Fastify({ http2: true, forceCloseConnections: true })
    const ops = createOps()
    await app.register(opswire as never, { ops, proxy: { up: address } } as never)
    const session = http2.connect(await app.listen({ port: 0, host: '127.0.0.1' }))
    onTestFinished(async () => {
      session.destroy()
      await app.close()
      ops.close()
      upstream.close()
      upstream.closeAllConnections()
    })
    const stream = session.request({ ':method': 'POST', ':path': '/ops/proxy/up/v1/x', 'x-kept': 'yes' })
    const headers = new Promise<http2.IncomingHttpHeaders>((resolve) => stream.once('response', resolve))
    stream.end('hello')
    const seen = JSON.parse((await buffer(stream)).toString())
    expect((await headers)[':status']).toBe(200)
    expect(seen).toMatchObject({ method: 'POST', url: '/v1/x', body: 'hello' })
    expect(seen.rawHeaders.join()).toContain('x-kept,yes')
    expect(seen.rawHeaders.join()).not.toContain(':path')
  })
})

describe('an answer through the proxy', () => {
  it('keeps its status and headers as they are written', async () => {
    const { proxy } = await startRaw((socket) => {
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 418 I am a teapot\r\nX-Request-ID: req_1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n' +
            'Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno',
        ),
      )
    })
    const { response, body } = await exchange(proxy)
    expect([response.statusCode, response.statusMessage, body.toString()]).toEqual([
      418,
      'I am a teapot',
      'no',
    ])
    const { rawHeaders } = response
    expect(rawHeaders.slice(0, 10)).toEqual([
      'X-Request-ID',
      'req_1',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Retry-After',
      '7',
      'Content-Length',
      '2',
    ])
    expect(rawHeaders.slice(10).join()).toMatch(/^Connection,(close|keep-alive)(,Keep-Alive,timeout=\d+)?$/)
  })

  it('is a redirect when that is what it is, and empty when it has no body', async () => {
    const { proxy } = await startProxy((request, response) => {
      const status = Number(request.url!.slice(-3))
      response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere', etag: '"x"' }).end()
    })
    for (const status of [204, 301, 307, 304]) {
      const { response, body } = await exchange(`${proxy}/${status}`)
      expect([response.statusCode, response.headers['location'], body.length]).toEqual([
        status,
        'http://127.0.0.1:1/elsewhere',
        0,
      ])
    }
    const head = await exchange(`${proxy}/200`, { method: 'HEAD' })
    expect([head.response.statusCode, head.response.headers.etag]).toEqual([200, '"x"'])
  })

  it('of 500 and its words stay those of the upstream', async () => {
    const { proxy } = await startProxy((_request, response) => response.writeHead(503).end('upstream words'))
    const { response, body } = await exchange(proxy)
    expect([response.statusCode, body.toString(), response.headers['proxy-status']]).toEqual([
      503,
      'upstream words',
      undefined,
    ])
  })

  it.each([
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ['sized', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
  ])('that breaks off within a %s body breaks off for the client', async (_name, head) => {
    for (const cut of ['destroy', 'resetAndDestroy'] as const) {
      const { proxy } = await startRaw((socket) => {
        socket.once('data', () => socket.write(head, () => setTimeout(() => socket[cut](), 50)))
      })
      const received: Buffer[] = []
      const outcome = await new Promise<string>((resolve) => {
        http.get(proxy, { agent: false }, (response) => {
          response.on('data', (chunk: Buffer) => received.push(chunk))
          response.on('end', () => resolve('end'))
          response.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code!))
        })
      })
      expect([Buffer.concat(received).toString(), outcome]).toEqual(['abc', 'ECONNRESET'])
    }
  })

  it('that breaks off is broken off also for a client of HTTP/1.0, which only a reset can tell', async () => {
    const { proxy } = await startRaw((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', () =>
          setTimeout(() => socket.destroy(), 50),
        ),
      )
    })
    const { port, pathname } = new URL(proxy)
    const client = net.connect(Number(port), '127.0.0.1')
    client.write(`GET ${pathname} HTTP/1.0\r\nhost: a\r\n\r\n`)
    const outcome = await new Promise((resolve) => {
      client.resume().on('end', () => resolve('end'))
      client.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    })
    expect(outcome).toBe('ECONNRESET')
  })

  it.each([
    ['closes without an answer', (socket: Socket) => socket.end(), 'ECONNRESET', 'connection_terminated'],
    [
      'switches protocols',
      (socket: Socket) => socket.write('HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      'ECONNRESET',
      'connection_terminated',
    ],
    [
      'has a status that nobody may write',
      (socket: Socket) => socket.write('HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n'),
      'ERR_INVALID_CHAR',
      'http_protocol_error',
    ],
    [
      'has no status at all',
      (socket: Socket) => socket.write('HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n'),
      '',
      'http_protocol_error',
    ],
    ['speaks no HTTP', (socket: Socket) => socket.end('SSH-2.0-x\r\n'), 'HPE_', 'http_protocol_error'],
  ])('is 502 in our words when the upstream %s', async (_name, answer, code, status) => {
    const { proxy, ops } = await startRaw((socket) => socket.once('data', () => answer(socket)))
    const { response, body } = await exchange(
      `${proxy}${CHAT}`,
      { method: 'POST' },
      '{"model":"m","messages":[]}',
    )
    expect([response.statusCode, response.headers['proxy-status']]).toEqual([502, `opswire; error=${status}`])
    expect(JSON.parse(body.toString()).error.message).toContain(`The upstream up gave no answer: ${code}`)
    expect(ops.calls()).toMatchObject([{ state: 'error' }])
  })

  it('reaches a client whose upload the upstream does not wait for', async () => {
    const { proxy } = await startRaw((socket) => {
      socket.once('data', () => {
        socket.pause()
        socket.write('HTTP/1.1 413 Payload Too Large\r\nContent-Length: 9\r\n\r\ntoo large')
      })
    })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    for (let round = 0; round < 3; round++) {
      const { response, body } = await exchange(proxy, { method: 'POST', agent }, randomBytes(8 * MEBIBYTE))
      expect([response.statusCode, body.toString()]).toEqual([413, 'too large'])
    }
  })
})

describe('a client of the proxy', () => {
  it('that leaves in the middle of its upload takes the request to the upstream along', async () => {
    let uploads = 0
    let broken = 0
    const { proxy } = await startProxy((request) => {
      uploads++
      request.resume().on('error', () => broken++)
    })
    const request = http.request(proxy, { method: 'POST', agent: false })
    request.on('error', () => undefined)
    request.write('{"model":')
    await expect.poll(() => uploads).toBe(1)
    request.destroy()
    await expect.poll(() => broken).toBe(1)
  })

  it('that reads slowly slows the upstream down instead of filling memory', async () => {
    let written = 0
    const chunk = randomBytes(MEBIBYTE)
    const { proxy } = await startProxy((_request, response) => {
      const write = (): void => {
        while (written < 400 && !response.destroyed) {
          written++
          if (!response.write(chunk)) return void response.once('drain', write)
        }
        response.end()
      }
      write()
    })
    const response = await new Promise<IncomingMessage>((resolve) =>
      http.get(proxy, { agent: false }, resolve),
    )
    let before = -1
    while (before !== written) {
      before = written
      await sleep(150)
    }
    expect(written).toBeLessThan(60)
    let received = 0
    for await (const piece of response) received += (piece as Buffer).length
    expect(received).toBe(400 * MEBIBYTE)
  }, 20_000)

  it('that sends faster than the upstream reads is slowed down, too', async () => {
    let paused: IncomingMessage | undefined
    let left = 200
    const { proxy } = await startProxy((request, response) => {
      paused = request.pause()
      request.on('end', () => response.end('done'))
    })
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      const request = http.request(proxy, { method: 'POST', agent: false }, resolve)
      request.on('error', reject)
      const write = (): void => {
        while (left > 0) {
          left--
          if (!request.write(Buffer.alloc(MEBIBYTE))) return void request.once('drain', write)
        }
        request.end()
      }
      write()
    })
    await expect.poll(() => paused).toBeDefined()
    let before = -1
    while (before !== left) {
      before = left
      await sleep(150)
    }
    expect(left).toBeGreaterThan(140)
    paused!.resume()
    expect((await buffer(await answer)).toString()).toBe('done')
  }, 20_000)
})

describe('addresses of the proxy', () => {
  it.each([
    ...[
      '/../secret',
      '/..',
      '/./x',
      '/a/../../secret',
      '/%2e%2e/secret',
      '/.%2E/secret',
      '/a%2f..%2f..%2fsecret',
    ],
    ...[
      '/%252e%252e/secret',
      '/..%5csecret',
      '/..\\secret',
      '/a\\b',
      '/..;x/secret',
      '/%25252e%25252e/secret',
    ],
  ])('cannot lead out of the upstream: %s', async (path) => {
    let asked = 0
    const { proxy } = await startProxy((_request, response) => {
      asked++
      response.end()
    })
    const { pathname } = new URL(proxy)
    const { status, body, headers } = await send(new URL(proxy).origin, { path: `${pathname}${path}` })
    expect(status).toBe(400)
    expect(headers['proxy-status']).toBe('opswire; error=http_request_error')
    expect(JSON.parse(body).error.code).toBe('OPS_PATH')
    expect(asked).toBe(0)
  })

  it('lead to the configured upstream and to no other', async () => {
    const urls: string[] = []
    const { proxy, url } = await startProxy((request, response) => {
      urls.push(`${request.headers.host} ${request.url}`)
      response.end()
    })
    const { pathname, origin } = new URL(proxy)
    for (const rest of [
      '//evil.example/x',
      '/http://evil.example/x',
      '/@evil.example/',
      '/?@evil.example',
      '/x#y',
    ])
      await send(origin, { path: `${pathname}${rest}`, headers: { host: 'evil.example' } })
    // As a proxy is asked.
    await send(origin, { path: `${url}/ops/proxy/up/absolute` })
    expect(urls.map((each) => each.replace(/^127\.0\.0\.1:\d+ /, ''))).toEqual([
      ...[
        '/v1//evil.example/x',
        '/v1/http://evil.example/x',
        '/v1/@evil.example/',
        '/v1/?@evil.example',
        '/v1/x#y',
      ],
      '/v1/absolute',
    ])
  })

  it('that name no upstream say which there are; without any there is no proxy', async () => {
    const { url } = await startProxy((_request, response) => response.end())
    const unknown = await send(`${url}/ops/proxy/other/v1`, { method: 'POST' }, '{}')
    expect(unknown.status).toBe(404)
    expect(unknown.headers['proxy-status']).toBe('opswire; error=destination_not_found')
    expect(JSON.parse(unknown.body).error.message).toBe('There is no upstream "other"; there are: up.')
    const none = await startHost()
    expect((await send(`${none.url}/ops/proxy/up/v1`)).status).toBe(404)
  })

  it.each([
    [{ up: 'ftp://a' }, 'does not accept "ftp://a" for up'],
    [{ up: 'localhost:11434' }, 'does not accept "localhost:11434" for up'],
    [{ up: 'http://a/?key=x' }, 'does not accept "http://a/?key=x" for up'],
    [{ 'a/b': 'http://a' }, 'does not accept the name "a/b"'],
    [{ up: 5 }, 'The option proxy does not accept {"up":5}'],
  ])('are refused at the start when they are none: %j', async (proxy, message) => {
    await expect(startHost({ plugin: { proxy: proxy as Record<string, string> } })).rejects.toThrow(message)
  })

  it('are refused with credentials in them, which are not repeated', async () => {
    const failure = startHost({ plugin: { proxy: { up: 'https://user:canary@a' } } })
    await expect(failure).rejects.toThrow('has credentials in the address of up')
    await expect(failure).rejects.not.toThrow('canary')
  })
})

it('more requests at once than there may be are refused, and taken again when some are done', async () => {
  const waiting: http.ServerResponse[] = []
  const upstream = createServer((_request, response) => waiting.push(response))
  const address = await listen(upstream)
  const app = Fastify({ forceCloseConnections: true })
  const ops = createOps()
  await app.register((scope, _options, done) => {
    proxyRoutes(scope, ops, { upstreams: toUpstreams({ up: address }, 'option'), openLimit: 2 })
    done()
  })
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/proxy/up`
  onTestFinished(async () => {
    await app.close()
    ops.close()
    upstream.close()
    upstream.closeAllConnections()
  })
  const first = [exchange(url), exchange(url)]
  await expect.poll(() => waiting).toHaveLength(2)
  const refused = await exchange(url)
  expect([refused.response.statusCode, refused.response.headers['retry-after']]).toEqual([503, '1'])
  expect(refused.response.headers['proxy-status']).toBe('opswire; error=connection_limit_reached')
  for (const response of waiting) response.end('late')
  await Promise.all(first)
  const again = exchange(url)
  await expect.poll(() => waiting).toHaveLength(3)
  waiting[2]!.end('taken')
  expect((await again).body.toString()).toBe('taken')
})

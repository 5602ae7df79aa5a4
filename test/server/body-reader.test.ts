import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Clock } from '../../src/bus/clock.js'
import { OpsError } from '../../src/server/errors.js'
import { createBodyReader, type BodyLimits, type BodyReader } from '../../src/server/intake/body.js'
import { nodeClock } from '../../src/server/node-clock.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { send, type Answer } from '../helpers/send.js'

const MEBIBYTE = 1024 * 1024

interface Reading {
  url: string
  port: number
  reader: BodyReader
  /** Requests that the server has seen. */
  requests: IncomingMessage[]
}

type Read = (reader: BodyReader, request: IncomingMessage) => Promise<number>

const readWhole =
  (limits: Partial<BodyLimits>): Read =>
  (reader, request) =>
    reader.readBody(request, ({ length }) => length, limits)

/** A server that answers with the length of what it read; closed with the test. */
async function serve(read: Read = readWhole({}), clock: Clock = nodeClock): Promise<Reading> {
  const reader = createBodyReader(clock)
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    read(reader, request).then(
      (length) => response.end(String(length)),
      (error: unknown) => {
        if (!(error instanceof OpsError)) throw error
        response.writeHead(error.statusCode, error.headers).end(error.message)
      },
    )
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, reader, requests }
}

const post = (url: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> =>
  send(url, { method: 'POST', headers }, body)

/** A connection on which the test writes bytes as it likes. */
function openSocket(port: number): { socket: Socket; text: () => string; closed: Promise<void> } {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.on('error', () => undefined)
  return { socket, text: () => text, closed: new Promise((done) => socket.once('close', () => done())) }
}

describe('a body', () => {
  it('is read whole, plain and as gzip of one member or several', async () => {
    const { url } = await serve()
    const text = 'x'.repeat(300_000)
    expect((await post(url, text)).body).toBe('300000')
    expect((await post(url, text, { 'content-encoding': 'identity' })).body).toBe('300000')
    for (const encoding of ['gzip', 'x-gzip', 'GZIP']) {
      expect((await post(url, gzipSync(text), { 'content-encoding': encoding })).body).toBe('300000')
    }
    const members = Buffer.concat([gzipSync(text), gzipSync('y'), Buffer.alloc(100)])
    expect((await post(url, members, { 'content-encoding': 'gzip' })).body).toBe('300001')
    expect((await post(url, '')).body).toBe('0')
  })

  it.each(['br', 'deflate', 'gzip, gzip', 'identity, gzip', 'zstd', 'x'.repeat(500)])(
    'in the encoding %s is refused with 415, which names what is accepted',
    async (encoding) => {
      const { url } = await serve()
      const { status, body, headers } = await post(url, 'x', { 'content-encoding': encoding })
      expect([status, headers['accept-encoding']]).toEqual([415, 'gzip, identity'])
      expect(body).toMatch(/^The Content-Encoding ".{2,80}["…] is not accepted; gzip and identity are\.$/)
    },
  )

  it.each([
    ['plain', Buffer.from('{"a":1}')],
    ['truncated', gzipSync('x'.repeat(1000)).subarray(0, 20)],
    ['followed by something else', Buffer.concat([gzipSync('x'), Buffer.from('more')])],
    ['empty', Buffer.alloc(0)],
  ])('that says gzip but is %s is refused with 400', async (_name, bytes) => {
    const { url } = await serve()
    const { status, body } = await post(url, bytes, { 'content-encoding': 'gzip' })
    expect(status).toBe(400)
    expect(body).toMatch(/^The body is no gzip, or broken: /)
  })

  it('may have as many bytes as the limits say, and not one more', async () => {
    const { url } = await serve(readWhole({ wireBytes: 1000, bytes: 1000 }))
    expect((await post(url, 'x'.repeat(1000))).body).toBe('1000')
    expect((await post(url, gzipSync('x'.repeat(1000)), { 'content-encoding': 'gzip' })).body).toBe('1000')
    const plain = await post(url, 'x'.repeat(1001))
    expect([plain.status, plain.body]).toEqual([
      413,
      'The body has more than 1000 bytes; at most that many are accepted.',
    ])
    const chunked = await post(url, 'x'.repeat(1001), { 'transfer-encoding': 'chunked' })
    expect(chunked.status).toBe(413)
    const inflated = await post(url, gzipSync('x'.repeat(1001)), { 'content-encoding': 'gzip' })
    expect([inflated.status, inflated.body]).toEqual([
      413,
      'The decompressed body has more than 1000 bytes; at most that many are accepted.',
    ])
  })

  it('that is a bomb is refused by its ratio, where no limit of bytes holds', async () => {
    const { url } = await serve(readWhole({ bytes: Infinity }))
    const harmless = gzipSync('x'.repeat(3 * MEBIBYTE))
    expect((await post(url, harmless, { 'content-encoding': 'gzip' })).status).toBe(200)
    const bomb = gzipSync(Buffer.alloc(64 * MEBIBYTE))
    const { status, body } = await post(url, bomb, { 'content-encoding': 'gzip' })
    expect([status, body]).toEqual([
      413,
      'The body inflates to more than 200 times its size; that much is accepted.',
    ])
  })

  describe('that comes slowly', () => {
    const HEAD = 'POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\n'

    /** Counts the bytes that were taken, on a clock that the test moves. */
    async function serveSlowly(limits: Partial<BodyLimits> = {}, working: (() => void)[] = []) {
      const clock = new FakeClock()
      let taken = 0
      const take = async ({ length }: Buffer): Promise<void> => {
        taken += length
        if (length > 1) await new Promise<void>((done) => working.push(done))
      }
      const { port } = await serve(async (reader, request) => {
        await reader.readChunks(request, take, limits)
        return taken
      }, clock)
      const { socket, text } = openSocket(port)
      const write = async (bytes: string): Promise<void> => {
        const after = taken + bytes.length
        socket.write(bytes)
        await expect.poll(() => taken).toBe(after)
      }
      socket.write(HEAD)
      return { clock, socket, write, text }
    }

    it('is answered 408 when nothing comes for 10 s', async () => {
      const { clock, write, text } = await serveSlowly()
      await write('1')
      clock.advance(9000)
      await write('2')
      clock.advance(9000)
      await write('3')
      expect(text()).toBe('')
      clock.advance(10_001)
      await expect.poll(text).toContain('HTTP/1.1 408')
      expect(text()).toContain('Nothing of the body came for 10000 ms; its rest was due within that time.')
    })

    it('is waited for as long as its client owes nothing', async () => {
      const { clock, write, text } = await serveSlowly({ mayPause: () => true })
      await write('1')
      clock.advance(3_600_000)
      for (const byte of '234') await write(byte)
      await expect.poll(text).toContain('HTTP/1.1 200')
    })

    it('is not held against a client that waits for this side', async () => {
      const working: (() => void)[] = []
      const { clock, socket, write, text } = await serveSlowly({}, working)
      await write('123')
      clock.advance(60_000)
      working[0]!()
      socket.write('4')
      await expect.poll(text).toContain('HTTP/1.1 200')
    })
  })

  it('is not read on while a chunk is worked on', async () => {
    const working: (() => void)[] = []
    let taken = 0
    const { port } = await serve(async (reader, request) => {
      const take = async (chunk: Buffer): Promise<void> => {
        taken += chunk.length
        await new Promise<void>((done) => working.push(done))
      }
      await reader.readChunks(request, take)
      return taken
    })
    const { socket, text } = openSocket(port)
    const size = 16 * MEBIBYTE
    socket.write(`POST / HTTP/1.1\r\nhost: h\r\ncontent-length: ${size}\r\n\r\n`)
    socket.write(Buffer.alloc(size))
    await expect.poll(() => working.length).toBe(1)
    // What the system and the socket hold is full then: the client is stopped.
    let left = -1
    await expect
      .poll(() => {
        const isStill = left === socket.writableLength && left > MEBIBYTE
        left = socket.writableLength
        return isStill
      })
      .toBe(true)
    expect(taken).toBeLessThan(MEBIBYTE)
    while (taken < size) {
      working.pop()?.()
      await new Promise((done) => setImmediate(done))
    }
    working.pop()?.()
    await expect.poll(text).toContain('HTTP/1.1 200')
  })
})

describe('after an answer that came before the end of the body', () => {
  it('a client that sends first and reads later gets it, and its connection goes on', async () => {
    const { port } = await serve(readWhole({ wireBytes: 1000 }))
    const { socket, text } = openSocket(port)
    socket.pause()
    const size = 8 * MEBIBYTE
    socket.write(`POST / HTTP/1.1\r\nhost: h\r\ncontent-length: ${size}\r\n\r\n`)
    await new Promise((done) => socket.write(Buffer.alloc(size), done))
    socket.write('POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc')
    socket.resume()
    await expect.poll(text).toMatch(/^HTTP\/1\.1 413 .*HTTP\/1\.1 200 .*3/s)
  })

  it('a client that wants no other answer gets this one, too', async () => {
    const { port } = await serve(readWhole({ wireBytes: 1000 }))
    const { socket, text, closed } = openSocket(port)
    socket.pause()
    const size = 8 * MEBIBYTE
    socket.write(`POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: ${size}\r\n\r\n`)
    await new Promise((done) => socket.write(Buffer.alloc(size), done))
    socket.resume()
    await closed
    expect(text()).toMatch(/^HTTP\/1\.1 413 .*accepted\./s)
  })

  it('a client that announces 2 GiB is answered at once', async () => {
    const { port } = await serve()
    const { socket, text } = openSocket(port)
    socket.write(`POST / HTTP/1.1\r\nhost: h\r\ncontent-length: ${2 ** 31}\r\n\r\nx`)
    await expect.poll(text).toContain('HTTP/1.1 413')
  })

  it('a client that goes on without end is cut', async () => {
    const { port } = await serve(readWhole({ wireBytes: 1000 }))
    const { socket, text, closed } = openSocket(port)
    socket.write('POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n')
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
      if (!socket.destroyed) socket.once('drain', more)
    }
    more()
    await closed
    expect(text()).toContain('HTTP/1.1 413')
  }, 15_000)

  it('a refusal before anything was read drops the body, too', async () => {
    const { port } = await serve(async (reader, request) => {
      if (request.url === '/good') return reader.readBody(request, ({ length }) => length)
      reader.discard(request)
      throw new OpsError('OPS_X', 401, 'who are you')
    })
    const { socket, text } = openSocket(port)
    const body = 'x'.repeat(MEBIBYTE)
    for (const path of ['/bad', '/good']) {
      socket.write(`POST ${path} HTTP/1.1\r\nhost: h\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    }
    await expect.poll(text).toMatch(/^HTTP\/1\.1 401 .*HTTP\/1\.1 200 .*1048576/s)
  })
})

describe('the bodies of all clients together', () => {
  it('hold at most 64 MiB: a further one is asked to come again', async () => {
    const body = Buffer.alloc(16 * MEBIBYTE)
    const working: (() => void)[] = []
    const { url } = await serve((reader, request) =>
      reader.readBody(request, async ({ length }) => {
        await new Promise<void>((done) => working.push(done))
        return length
      }),
    )
    const held = [1, 2, 3, 4].map(() => post(url, body))
    await expect.poll(() => working.length, { timeout: 5000 }).toBe(4)
    const { status, headers } = await post(url, 'x')
    expect([status, headers['retry-after']]).toEqual([503, '1'])
    for (const finish of working.splice(0)) finish()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const next = post(url, 'x')
    await expect.poll(() => working.length).toBe(1)
    working[0]!()
    expect((await next).status).toBe(200)
  })

  it('are given up when the reader closes, and later ones refused', async () => {
    const { url, port, reader, requests } = await serve()
    const { socket, text, closed } = openSocket(port)
    socket.write('POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5000\r\n\r\n12345')
    await expect.poll(() => requests.length).toBe(1)
    reader.close()
    await expect.poll(text).toContain('HTTP/1.1 503')
    await closed
    expect((await post(url, 'x')).status).toBe(503)
  })
})

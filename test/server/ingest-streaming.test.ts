import http2 from 'node:http2'
import { constants, createGzip } from 'node:zlib'
import Fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOps, type Ops } from '../../src/index.js'
import opswire from '../../src/server/fastify.js'
import { ingestRoute } from '../../src/server/routes/ingest.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { startHost } from '../helpers/host.js'
import { ndjson } from '../helpers/ingest.js'
import { openUpload, type Upload } from '../helpers/upload.js'

const QUIET = { plugin: { http: false, log: false } } as const
const line = (message: string): string => `{"type":"log","message":${JSON.stringify(message)}}\n`
const messages = (ops: Ops): string[] => ops.logLines().map(({ message }) => message)

describe('an upload of lines', () => {
  it('shows each line on the feed while it goes on', async () => {
    const { url, ops, feed } = await startHost(QUIET)
    const reader = await feed()
    const upload = openUpload(`${url}/ops/api/ingest`, ndjson)
    for (const message of ['one', 'two', 'three']) {
      await upload.write(line(message).slice(0, 20))
      await upload.write(line(message).slice(20))
      await reader.until('log', (lines) => lines.some((each) => each.message === message))
    }
    await upload.write(line('the last').trim())
    expect(ops.metrics().counters['ingested']).toBe(3)
    upload.end()
    expect(await upload.answer).toMatchObject({ status: 200, body: { accepted: 4, rejected: [] } })
    expect(messages(ops)).toEqual(['one', 'two', 'three', 'the last'])
  })

  it('shows each line when it is compressed, too', async () => {
    const { url, feed } = await startHost(QUIET)
    const reader = await feed()
    const upload = openUpload(`${url}/ops/api/ingest`, { ...ndjson, 'content-encoding': 'gzip' })
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
    gzip.on('data', (bytes: Buffer) => void upload.write(bytes))
    gzip.on('end', () => upload.end())
    for (const message of ['one', 'two']) {
      gzip.write(line(message))
      await reader.until('log', (lines) => lines.some((each) => each.message === message))
    }
    gzip.end()
    expect(await upload.answer).toMatchObject({ status: 200, body: { accepted: 2 } })
  })

  it('keeps the lines that were complete when its client leaves, and nothing of the one that was not', async () => {
    const { url, ops } = await startHost(QUIET)
    const upload = openUpload(`${url}/ops/api/ingest`, ndjson)
    await upload.write(line('one') + line('two').slice(0, 30))
    await expect.poll(() => messages(ops)).toEqual(['one'])
    upload.abort()
    const next = openUpload(`${url}/ops/api/ingest`, ndjson)
    await next.write(line('three'))
    next.end()
    expect(await next.answer).toMatchObject({ body: { accepted: 1 } })
    expect(messages(ops)).toEqual(['one', 'three'])
  })

  it('is told what was taken, and does not hold the close of its host up', async () => {
    const { app, url, ops } = await startHost(QUIET)
    const uploads = ['a', 'b'].map(() => openUpload(`${url}/ops/api/ingest`, ndjson))
    for (const upload of uploads) await upload.write(line('one'))
    await expect.poll(() => messages(ops)).toEqual(['one', 'one'])
    const startedAt = Date.now()
    await app.close()
    expect(Date.now() - startedAt).toBeLessThan(1000)
    for (const { answer } of uploads) {
      expect(await answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1', connection: 'close' },
        body: { error: { code: 'OPS_CLOSING' }, accepted: 1, rejected: [] },
      })
    }
  })
})

describe('over HTTP/2', () => {
  it('uploads are answered, refused and ended as over HTTP/1.1', async () => {
    const ops = createOps({ service: 'host' })
    const app = Fastify({ http2: true })
    await app.register(opswire, { ops, http: false, log: false })
    const session = http2.connect(await app.listen({ port: 0, host: '127.0.0.1' }))
    onTestFinished(async () => {
      session.destroy()
      await app.close()
      ops.close()
    })
    const post = (body: string | Buffer, end = true): Promise<unknown[]> => {
      const path = '/ops/api/ingest'
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json' })
      if (end) stream.end(body)
      else stream.write(body)
      let text = ''
      let status: unknown
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      stream.once('response', (headers) => (status = headers[':status']))
      return new Promise((done) => stream.once('end', () => done([status, JSON.parse(text)])))
    }
    expect(await post('{"type":"log","message":"one"}')).toEqual([200, { accepted: 1, rejected: [] }])
    expect(await post(Buffer.alloc(21 * 1024 * 1024))).toMatchObject([
      413,
      { error: { code: 'OPS_TOO_LARGE' } },
    ])
    const live = post('{"type":', false)
    expect(await post('{"type":"log","message":"two"}')).toMatchObject([200, { accepted: 1 }])
    const closed = app.close()
    expect(await live).toMatchObject([503, { error: { code: 'OPS_CLOSING' } }])
    // The session is the client's to close; the upload on it, which has no end, must not keep it open.
    session.close()
    await closed
  })
})

describe('time', () => {
  /** A host whose uploads are measured by a clock that the test moves. */
  async function startOnClock(): Promise<{
    clock: FakeClock
    ops: Ops
    open: (headers: Record<string, string>) => Upload
  }> {
    const clock = new FakeClock()
    const ops = createOps({ service: 'host' })
    const app = Fastify()
    await app.register(async (scope) => ingestRoute(scope, ops, { clock }))
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(async () => {
      await app.close()
      ops.close()
    })
    return { clock, ops, open: (headers) => openUpload(`${url}/api/ingest`, headers) }
  }

  it('has no limit between two lines of a live upload', async () => {
    const { clock, ops, open } = await startOnClock()
    const upload = open(ndjson)
    await upload.write(line('one'))
    await expect.poll(() => messages(ops)).toEqual(['one'])
    clock.advance(3_600_000)
    await upload.write(line('two'))
    await expect.poll(() => messages(ops)).toEqual(['one', 'two'])
    upload.end()
    expect(await upload.answer).toMatchObject({ status: 200, body: { accepted: 2 } })
  })

  it('is 10 s for the rest of a line, of a body of known length, and of one JSON', async () => {
    const { clock, ops, open } = await startOnClock()
    const halfLine = open(ndjson)
    const halfFile = open({ ...ndjson, 'content-length': '5000' })
    const halfJson = open({ 'content-type': 'application/json' })
    await halfLine.write(line('one') + line('two').slice(0, 12))
    await halfFile.write(line('one'))
    await halfJson.write('[')
    await expect.poll(() => messages(ops)).toEqual(['one', 'one'])
    await expect.poll(() => clock.pending).toBe(3)
    clock.advance(9999)
    expect(clock.pending).toBe(3)
    clock.advance(1)
    for (const { answer } of [halfLine, halfFile]) {
      expect(await answer).toMatchObject({
        status: 408,
        body: { error: { code: 'OPS_TIMEOUT' }, accepted: 1, rejected: [] },
      })
    }
    const { status, body } = await halfJson.answer
    expect([status, Object.keys(body)]).toEqual([408, ['error']])
  })
})

import http from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startHost, type Host } from '../helpers/host.js'
import { openRawStream } from '../helpers/raw-stream.js'

const FULL = /^retry: (\d+)\n\nevent: bye\ndata: \{"reason":"full","retry":\1\}\n\n$/

describe('the limits on open streams', () => {
  it('tell those beyond `sessions` to come back later, never by an error, and serve them when there is room', async () => {
    const { ops, feed } = await startHost({ plugin: { feed: { sessions: 2 } } })
    const first = await feed()
    await feed()
    const refused = await Promise.all(Array.from({ length: 50 }, () => feed()))
    await Promise.all(refused.map(({ ended }) => ended))
    const retries = refused.map((reader) => {
      expect(reader.status).toBe(200)
      expect(reader.headers['content-type']).toContain('text/event-stream')
      expect(reader.text()).toMatch(FULL)
      return FULL.exec(reader.text())![1]
    })
    expect(new Set(retries).size).toBeGreaterThan(10)
    expect(ops.metrics().feed.viewers).toBe(2)
    first.close()
    await expect.poll(() => ops.metrics().feed.viewers).toBe(1)
    await (await feed()).until('snapshot')
  })

  it('count by address for `sessionsPerAddress`', async () => {
    const { ops, feed } = await startHost({
      plugin: { feed: { sessionsPerAddress: 2 } },
      fastify: { trustProxy: true },
    })
    const from = (address: string) => feed('', { 'x-forwarded-for': address })
    const served = [await from('10.0.0.1'), await from('10.0.0.1'), await from('10.0.0.2')]
    const refused = await from('10.0.0.1')
    await refused.ended
    expect([refused.status, refused.text()]).toEqual([200, expect.stringMatching(FULL)])
    for (const reader of served) await reader.until('snapshot')
    served[0]!.close()
    await expect.poll(() => ops.metrics().feed.viewers).toBe(2)
    await (await from('10.0.0.1')).until('snapshot')
  })

  it('refuse nobody who comes back over the connection on which he was refused before', async () => {
    const { url } = await startHost({ plugin: { feed: { sessions: 0 } } })
    // As browsers do: a response that is through gives its connection back to the pool.
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    for (let i = 0; i < 3; i++) {
      const response = await new Promise<http.IncomingMessage>((resolve) =>
        http.get(`${url}/ops/events`, { agent }, resolve),
      )
      expect(response.statusCode).toBe(200)
      expect(await text(response)).toMatch(FULL)
    }
  })

  it('grant one stream to a connection, however many requests are piped into it', async () => {
    const { app, ops, url, feed } = await startHost()
    const socket = openRawStream(`${url}/ops/events`)
    onTestFinished(() => void socket.destroy())
    for (let i = 0; i < 50; i++) socket.write('GET /ops/events HTTP/1.1\r\nhost: x\r\n\r\n')
    await (await feed()).until('snapshot')
    await expect.poll(() => ops.metrics().feed.viewers).toBe(2)
    let body = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
    ops.log('info', 'a', 'to the one stream')
    await expect.poll(() => body).toContain('to the one stream')
    expect(body.split('event: hello').length - 1).toBe(1)
    const startedAt = performance.now()
    await app.close()
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})

describe('NDJSON', () => {
  interface Line {
    id?: string
    event: string
    data: { message?: string; resumed?: boolean }
  }

  async function readLines(
    { url }: Host,
    query: string,
    headers: Record<string, string>,
  ): Promise<{ lines: () => Line[]; type: string | undefined }> {
    const response = await new Promise<http.IncomingMessage>((resolve) => {
      const request = http.get(`${url}/ops/events${query}`, { headers, agent: false }, resolve)
      onTestFinished(() => void request.destroy())
    })
    let body = ''
    response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    response.on('error', () => undefined)
    const lines = (): Line[] =>
      body
        .slice(0, body.lastIndexOf('\n') + 1)
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line)
    return { lines, type: response.headers['content-type'] }
  }

  it.each([
    ['?format=ndjson', '?topics=log&format=ndjson', {}],
    ['Accept: application/x-ndjson', '?topics=log', { accept: 'application/x-ndjson' }],
  ])(
    'with %s is the same feed, one object and one item a line, each with its id',
    async (_name, query, headers) => {
      const host = await startHost()
      const { ops } = host
      const { lines, type } = await readLines(host, query, headers)
      await expect.poll(() => lines().map(({ event }) => event)).toEqual(['hello', 'snapshot'])
      expect(type).toMatch(/^application\/x-ndjson/)
      for (const message of ['one', 'two\n', 'three\u2028']) ops.log('info', 'a', message)
      await expect.poll(() => lines().length).toBe(5)
      const items = lines().slice(2)
      expect(items.map(({ event, data }) => [event, data.message])).toEqual([
        ['log', 'one'],
        ['log', 'two\n'],
        ['log', 'three\u2028'],
      ])
      const at = ops.position
      expect(items.map(({ id }) => id)).toEqual([at - 2, at - 1, at].map((seq) => `${ops.epoch}-${seq}`))
      // Any line may be the last one that was read.
      const resumed = await readLines(host, query, { ...headers, 'last-event-id': items[0]!.id! })
      await expect.poll(() => resumed.lines().length).toBe(3)
      expect(resumed.lines()[0]).toMatchObject({ event: 'hello', data: { resumed: true } })
      expect(resumed.lines().slice(1)).toEqual(items.slice(1))
    },
  )
})

describe('a client that can never keep up', () => {
  it('is told to come back later after three gaps within a minute', async () => {
    const { ops, feed } = await startHost({ plugin: { log: false, feed: { items: 100 } } })
    const reader = await feed('?topics=log&history=0')
    await reader.until('snapshot')
    const gaps = (): number => reader.events.filter(({ event }) => event === 'gap').length
    for (let fall = 1; fall <= 3; fall++) {
      // More within one turn than is held: nobody can have had it.
      for (let line = 0; line < 200; line++) ops.log('info', 'a', 'too much')
      await expect.poll(gaps, { timeout: 5000 }).toBe(fall)
    }
    await reader.ended
    const bye = reader.events.at(-1)
    expect(bye).toMatchObject({ event: 'bye', data: { reason: 'lagging' } })
    expect(reader.text()).toMatch(
      /\n\nretry: (\d+)\n\nevent: bye\ndata: \{"reason":"lagging","retry":\1\}\n\n$/,
    )
    await expect.poll(() => ops.metrics().feed.viewers, { timeout: 5000 }).toBe(0)
  }, 20_000)
})

describe('a full snapshot', () => {
  it.each([
    ['Latin', 'x'],
    ['Chinese', '行'],
  ])(
    'of much %s text stays within 512 KiB, keeps the newest, and counts what it leaves out',
    async (_name, char) => {
      const { ops, feed } = await startHost({ plugin: { log: false } })
      for (let n = 0; n < 1000; n++) ops.log('info', 'a', char.repeat(4000), { n })
      const reader = await feed('?history=1000')
      const { log, truncated } = (await reader.until('snapshot')).data
      const frame = reader
        .text()
        .split('\n\n')
        .find((text) => text.includes('event: snapshot'))
      expect(Buffer.byteLength(frame!)).toBeLessThanOrEqual(512 * 1024)
      expect(Buffer.byteLength(frame!)).toBeGreaterThan(400 * 1024)
      expect(truncated).toEqual({ log: 1000 - log!.length })
      expect(log?.map(({ fields }) => fields?.['n'])).toEqual(
        Array.from({ length: log!.length }, (_, i) => 1000 - log!.length + i),
      )
    },
  )

  it('that leaves nothing out says nothing of it', async () => {
    const { ops, feed } = await startHost()
    ops.log('info', 'a', 'short')
    expect((await (await feed()).until('snapshot')).data).not.toHaveProperty('truncated')
  })
})

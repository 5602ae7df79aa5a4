import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import http from 'node:http'
import { createGunzip } from 'node:zlib'
import { createParser } from 'eventsource-parser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startHost } from '../helpers/host.js'

interface CompressedFeed {
  headers: http.IncomingHttpHeaders
  /** Bytes as they came. */
  raw: () => Buffer
  messages: () => string[]
  events: { event: string | undefined; id: string | undefined; data: string }[]
  pause(): void
  resume(): void
  close(): void
}

/** Reads the feed as a client that accepts gzip, inflated by Node's own zlib. */
async function openCompressed(url: string, headers: Record<string, string> = {}): Promise<CompressedFeed> {
  const request = http.get(url, { headers: { 'accept-encoding': 'gzip, br', ...headers }, agent: false })
  onTestFinished(() => void request.destroy())
  request.on('error', () => undefined)
  const response = await new Promise<http.IncomingMessage>((resolve) => request.once('response', resolve))
  const chunks: Buffer[] = []
  const events: CompressedFeed['events'] = []
  const messages: string[] = []
  const parser = createParser({
    onEvent({ event, id, data }) {
      events.push({ event, id, data })
      messages.push(...toLines({ event, data }).map(({ message }) => message))
    },
  })
  const gunzip = createGunzip()
  gunzip.on('data', (text: Buffer) => parser.feed(text.toString()))
  // The feed has no trailer; its end is no error of the bytes before.
  gunzip.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'Z_BUF_ERROR') throw error
  })
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    gunzip.write(chunk)
  })
  response.on('end', () => gunzip.end())
  return {
    headers: response.headers,
    raw: () => Buffer.concat(chunks),
    events,
    messages: () => messages,
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => request.destroy(),
  }
}

/** The log lines of an event: of a full snapshot, those that it begins with. */
function toLines({ event, data }: { event: string | undefined; data: string }): { message: string }[] {
  if (event === 'log') return JSON.parse(data) as { message: string }[]
  return event === 'snapshot' ? ((JSON.parse(data) as { log?: { message: string }[] }).log ?? []) : []
}

describe('the compressed feed', () => {
  it('reads, once inflated, as the plain one does, for clients that come at any time', async () => {
    const { ops, url, feed } = await startHost({ plugin: { log: false } })
    const plain = await feed()
    const clients: CompressedFeed[] = []
    for (let round = 0; round < 20; round++) {
      clients.push(await openCompressed(`${url}/ops/events`))
      for (let i = 0; i < 30; i++) ops.log('info', 'a', `round ${round} line ${i}`)
      await plain.until('log', (lines) => lines.at(-1)?.message === `round ${round} line 29`)
    }
    const all = plain.events.flatMap((item) => (item.event === 'log' ? item.data : []))
    for (const client of clients) {
      expect(client.headers['content-encoding']).toBe('gzip')
      expect(client.headers.vary).toContain('accept-encoding')
      await expect.poll(() => client.messages().at(-1)).toBe('round 19 line 29')
      const seen = client.messages()
      expect(seen).toEqual(all.map(({ message }) => message).slice(-seen.length))
      expect(seen.length).toBeGreaterThanOrEqual(200)
      expect(client.events.slice(0, 2).map(({ event }) => event)).toEqual(['hello', 'snapshot'])
    }
  })

  it('is the same bytes for all, and few of them', async () => {
    const { ops, url, feed } = await startHost({ plugin: { log: false } })
    const plain = await feed()
    const [one, two] = [await openCompressed(`${url}/ops/events`), await openCompressed(`${url}/ops/events`)]
    await expect.poll(() => one.events.length + two.events.length).toBe(4)
    const [begin, beginTwo] = [one.raw().length, two.raw().length]
    const plainBegin = Buffer.byteLength(plain.text())
    for (let batch = 0; batch < 20; batch++) {
      for (let i = 0; i < 20; i++)
        ops.log('info', 'gateway', `message answered session=s_${i} in ${batch} ms`)
      await plain.until('log', (lines) => lines.at(-1)?.message.endsWith(`in ${batch} ms`) === true)
    }
    await expect.poll(() => one.messages().length).toBe(400)
    await expect.poll(() => two.messages().length).toBe(400)
    expect(one.raw().subarray(begin).equals(two.raw().subarray(beginTwo))).toBe(true)
    const plainBytes = Buffer.byteLength(plain.text()) - plainBegin
    expect(one.raw().length - begin).toBeLessThan(plainBytes / 4)
  })

  it('goes on after a lost connection, and heals a client that fell behind, others reading on', async () => {
    const { ops, url } = await startHost({ plugin: { log: false, feed: { items: 2000 } } })
    const first = await openCompressed(`${url}/ops/events`)
    await expect.poll(() => first.events.length).toBe(2)
    ops.log('info', 'a', 'one')
    await expect.poll(first.messages).toEqual(['one'])
    const { id } = first.events.findLast(({ event }) => event === 'log')!
    first.close()
    ops.log('info', 'a', 'two')
    const resumed = await openCompressed(`${url}/ops/events`, { 'last-event-id': id! })
    await expect.poll(resumed.messages).toEqual(['two'])
    ops.log('info', 'a', 'three')
    await expect.poll(resumed.messages).toEqual(['two', 'three'])

    const stalled = await openCompressed(`${url}/ops/events`)
    await expect.poll(() => stalled.events.length).toBe(2)
    stalled.pause()
    // Noise that does not compress, more than a socket holds.
    for (let batch = 0; batch < 40; batch++) {
      for (let i = 0; i < 80; i++) {
        ops.log('info', 'a', `${batch} ${randomBytes(4500).toString('base64')}`)
      }
      await expect
        .poll(() => resumed.messages().at(-1)?.split(' ', 1)[0], { timeout: 5000 })
        .toBe(String(batch))
    }
    stalled.resume()
    ops.log('info', 'a', 'last')
    await expect.poll(() => resumed.messages().at(-1), { timeout: 5000 }).toBe('last')
    await expect
      .poll(() => JSON.stringify(stalled.events.at(-1)?.data), { timeout: 8000 })
      .toMatch(/last|"metrics"/)
    const names = stalled.events.map(({ event }) => event)
    expect(names.indexOf('gap')).toBeGreaterThan(0)
    expect(names[names.indexOf('gap') + 1]).toBe('snapshot')
  }, 30_000)

  it('is read by curl --compressed, and ends in a farewell', async () => {
    const { app, ops, url } = await startHost()
    const curl = spawn('curl', ['-sN', '--compressed', `${url}/ops/events`])
    let text = ''
    curl.stdout.on('data', (chunk) => (text += String(chunk)))
    const exit = new Promise((resolve) => curl.once('close', resolve))
    await expect.poll(() => text, { timeout: 5000 }).toContain('event: snapshot')
    ops.log('info', 'a', 'hello curl')
    await expect.poll(() => text).toContain('hello curl')
    await app.close()
    await exit
    expect(text).toMatch(/retry: \d+\n\nevent: bye\ndata: \{"reason":"shutdown","retry":\d+\}\n\n$/)
  })

  it.each([
    ['a narrower view', '?level=warn', { 'accept-encoding': 'gzip' }, {}],
    ['lines of JSON', '?format=ndjson', { 'accept-encoding': 'gzip' }, {}],
    ['a client that does not accept it', '', { 'accept-encoding': 'gzip;q=0, br' }, {}],
    ['a host that has switched it off', '', { 'accept-encoding': 'gzip' }, { compression: false }],
  ])('is not used for %s', async (_name, query, headers, options) => {
    const { url } = await startHost({ plugin: { feed: options } })
    for (const method of ['GET', 'HEAD']) {
      const request = http.request(`${url}/ops/events${query}`, { method, headers, agent: false }).end()
      onTestFinished(() => void request.destroy())
      const response = await new Promise<http.IncomingMessage>((resolve) => request.once('response', resolve))
      expect(response.headers['content-encoding']).toBeUndefined()
      request.on('error', () => undefined)
      request.destroy()
    }
  })
})

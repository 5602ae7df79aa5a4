import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { faultsOf, startAuditedHost, untilServed } from '../helpers/audited-host.js'
import { FeedAudit } from '../helpers/feed-audit.js'
import { startFeedProcess } from '../helpers/feed-process.js'
import { openFeed, type FeedEvent, type FeedReader } from '../helpers/feed-reader.js'
import { createRandom, type Random } from '../helpers/random.js'
import { openRawStream } from '../helpers/raw-stream.js'

const MANY = { sessions: 20_000, sessionsPerAddress: 20_000 }

interface Line {
  n: number
  at: number
}
const linesOf = (events: FeedEvent[]): Line[] =>
  events
    .flatMap((item) => (item.event === 'log' ? item.data : []))
    .map(({ fields }) => fields as unknown as Line)

/** Notes how late each line arrives, in milliseconds; the returned function tells it for those so far. */
function watchDelays({ events }: FeedReader): () => number[] {
  const delays: number[] = []
  let seen = events.length
  const timer = setInterval(() => {
    for (const { at } of linesOf(events.slice(seen))) delays.push(Date.now() - at)
    seen = events.length
  }, 10)
  onTestFinished(() => clearInterval(timer))
  return () => delays
}

function percentile(values: number[], quantile: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * quantile)] ?? Infinity
}

describe('a client whose process is stopped', () => {
  it.each([
    ['gets everything that came meanwhile while it is still held', 4000, 0],
    ['is told exactly what it missed, and made whole', 16_000, 1],
  ])(
    '%s',
    async (_name, deltas, gaps) => {
      const { url, ledger, traffic, ops, client, hint } = await startAuditedHost({
        feed: { items: 8000, bytes: 64e6 },
      })
      const audit = new FeedAudit(ledger, { batch: 0 })
      const parser = createParser({
        onEvent: ({ event, id, data }) => audit.accept({ event, id, data: JSON.parse(data) } as FeedEvent),
      })
      const curl = spawn('curl', ['-sN', `${url}?batch=0`])
      onTestFinished(() => void curl.kill('SIGKILL'))
      curl.stdout.setEncoding('utf8').on('data', (text: string) => parser.feed(text))
      traffic.burst(100)
      await expect.poll(() => audit.owed, { timeout: 5000 }).toBe(undefined)

      const healthy = client()
      void healthy.visit()
      curl.kill('SIGSTOP')
      // Long lines first: as long as its socket takes them, it misses nothing.
      const text = 'x'.repeat(8000)
      while (ledger.last < deltas) {
        for (let i = 0; i < 250; i++) ops.log('info', 'load', ledger.last < 3000 ? text : 'short')
        traffic.burst(250)
        await untilServed([healthy])
      }
      await expect.poll(() => ops.metrics().feed.lagging, { timeout: 5000 }).toBe(1)
      expect(audit.owed).toBeLessThan(ledger.last)
      curl.kill('SIGCONT')
      await expect
        .poll(() => audit.faults.length > 0 || audit.owed === undefined, { timeout: 10_000 })
        .toBe(true)
      traffic.burst(100)
      await untilServed([healthy])
      await expect
        .poll(() => audit.faults.length > 0 || audit.owed === undefined, { timeout: 5000 })
        .toBe(true)
      expect(audit.faults, hint).toEqual([])
      expect(faultsOf([healthy]), hint).toEqual([])
      expect(healthy.audit.counts.gaps).toBe(0)
      expect(audit.counts.gaps).toBe(gaps)
    },
    30_000,
  )
})

describe('a client that reads 1 KB a second', () => {
  it('delays nobody, and gets everything or is told its gap when it reads again', async () => {
    const { ledger, ops, client, hint } = await startAuditedHost({ feed: { items: 2000 } })
    const [healthy, slow] = [client(), client()]
    void healthy.visit()
    let hurry = (): void => undefined
    const slowUntil = new Promise<void>((resolve) => (hurry = resolve))
    void slow.visit({ slowUntil })
    await untilServed([healthy])
    const text = 'x'.repeat(4000)
    for (let i = 0; i < 60; i++) {
      const publishedAt = performance.now()
      for (let line = 0; line < 150; line++) ops.log('info', 'load', text)
      await untilServed([healthy])
      expect(performance.now() - publishedAt).toBeLessThan(1000)
    }
    expect(slow.audit.owed).toBeLessThan(ledger.last)
    hurry()
    await untilServed([slow])
    expect(faultsOf([healthy, slow]), hint).toEqual([])
    expect([healthy.audit.counts.gaps, slow.audit.counts.gaps]).toEqual([0, 1])
  }, 30_000)
})

describe('100 clients that never read', () => {
  it('delay no message for the others, lose them none, and cost next to nothing', async () => {
    const host = await startFeedProcess(MANY)
    const readers = await Promise.all(Array.from({ length: 5 }, () => openFeed(`${host.url}?history=0`)))
    onTestFinished(() => readers.forEach((reader) => reader.close()))
    const stalled = Array.from({ length: 100 }, () => openRawStream(`${host.url}?history=0`))
    onTestFinished(() => stalled.forEach((socket) => socket.destroy()))
    await expect.poll(async () => (await host.state()).viewers, { timeout: 5000 }).toBe(105)
    // Until all of them are full: a kernel takes some megabytes for each.
    const filling = 1500
    await host.publish({ lines: filling, size: 4000 })
    const untilLine = (n: number): Promise<unknown> =>
      Promise.all(readers.map((reader) => reader.until('log', (lines) => lines.at(-1)?.fields?.['n'] === n)))
    await untilLine(filling - 1)
    const before = await host.state()
    const total = 4000
    const stops = readers.map(watchDelays)
    await host.publish({ lines: total, size: 500, perSecond: 2000 })
    await untilLine(filling + total - 1)
    const everything = Array.from({ length: filling + total }, (_, n) => n)
    for (const reader of readers) expect(linesOf(reader.events).map(({ n }) => n)).toEqual(everything)
    for (const stop of stops) expect(percentile(stop(), 0.99)).toBeLessThan(1000)
    const after = await host.state()
    expect(after.lagging).toBe(100)
    expect(after.memory - before.memory).toBeLessThan(100 * 128 * 1024)
  }, 30_000)
})

/** What a client does that leaves at once, at any moment of a connection's life. */
async function connectAndLeave(url: string, random: Random): Promise<void> {
  const socket = openRawStream(url)
  const closed = once(socket, 'close')
  const moment = random.int(0, 4)
  if (moment === 1) await once(socket, 'connect')
  // The first bytes of the stream: the end of a frame is yet to come.
  if (moment === 2 || moment === 3) await once(socket, 'readable')
  if (moment === 4) await pause(random.int(0, 30))
  if (moment === 3) socket.resetAndDestroy()
  else socket.destroy()
  await closed
}

async function leaveManyTimes(url: string, times: number): Promise<void> {
  const random = createRandom(times)
  let left = times
  const work = async (): Promise<void> => {
    while (left-- > 0) await connectAndLeave(url, random)
  }
  await Promise.all(Array.from({ length: 60 }, work))
}

describe('10,000 clients that connect and leave', () => {
  it('leave no session, timer, listener, handle or memory behind', async () => {
    const host = await startFeedProcess({ ...MANY, items: 2000 })
    const settled = async () => {
      await expect.poll(async () => (await host.state()).viewers, { timeout: 5000 }).toBe(0)
      // Sockets close a moment after their sessions, idle ones included.
      await expect
        .poll(async () => (await host.state()).left.resources['TCPSocketWrap'], { timeout: 5000 })
        .toBe(undefined)
      return host.state()
    }
    // The first ones fill rings and caches, and have the code compiled.
    await host.publish({ lines: 3000, size: 200 })
    await leaveManyTimes(host.url, 1000)
    const before = await settled()
    const publishing = host.publish({ lines: 3000, size: 200, perSecond: 1000 })
    await leaveManyTimes(host.url, 10_000)
    await publishing
    const after = await settled()
    expect(after.left).toEqual(before.left)
    expect(after.faults).toBe(0)
    expect(after.memory - before.memory).toBeLessThan(4e6)
  }, 40_000)
})

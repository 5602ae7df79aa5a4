import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FeedMetrics } from '../../src/bus/protocol.js'
import { identityEncoding } from '../../src/server/feed-encoding.js'
import { sseFormat } from '../../src/server/feed-format.js'
import { feedLimits } from '../../src/server/feed-limits.js'
import { createFilter, feedQuery } from '../../src/server/filter.js'
import { createHub } from '../../src/server/hub.js'
import type { FakeClock } from '../helpers/fake-clock.js'
import { openFeed, type FeedReader } from '../helpers/feed-reader.js'
import { createTestOps } from '../helpers/test-ops.js'

/** A hub on a fake clock behind a real server, a reader that does not read, and lines until its socket is full. */
async function stallReader(): Promise<{
  reader: FeedReader
  /** The server's end. */
  socket: Socket
  clock: FakeClock
  feed: () => FeedMetrics
  /** Publishes a megabyte. */
  publish: () => void
}> {
  const { ops, clock } = createTestOps()
  const hub = createHub(ops, clock, feedLimits.parse({ bytes: 256 * 1024 * 1024 }))
  const filter = createFilter(feedQuery.parse({ batch: '0' }))
  const sockets: Socket[] = []
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/event-stream').flushHeaders()
    sockets.push(response.socket!)
    hub.attach(response, {
      filter,
      format: sseFormat,
      encoding: identityEncoding,
      history: 0,
      connection: undefined,
      address: 'one',
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const reader = await openFeed(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => reader.close())
  await reader.until('snapshot')
  reader.pause()
  const text = 'x'.repeat(8000)
  const publish = (): void => {
    for (let line = 0; line < 125; line++) ops.log('info', 'load', text)
  }
  let taken = -1
  // A kernel takes some megabytes; when it takes nothing more for a while, the socket is full.
  await expect
    .poll(
      () => {
        publish()
        const wasTaken = taken
        taken = sockets[0]!.bytesWritten
        return taken === wasTaken && sockets[0]!.writableLength > 0
      },
      { timeout: 10_000 },
    )
    .toBe(true)
  return { reader, socket: sockets[0]!, clock, feed: () => ops.metrics().feed, publish }
}

describe('a client that does not read', () => {
  it('is cut after 15 s', async () => {
    const { reader, socket, clock, feed } = await stallReader()
    clock.advance(1000)
    clock.advance(13_900)
    expect(socket.destroyed).toBe(false)
    expect(feed()).toMatchObject({ viewers: 1, lagging: 1 })
    clock.advance(2000)
    await expect.poll(() => feed().viewers).toBe(0)
    reader.resume()
    await reader.ended
    expect(reader.events.at(-1)!.event).not.toBe('bye')
  })
})

describe('a client that takes a little but does not catch up', () => {
  it('gets bye lagging after 30 s', async () => {
    const { reader, clock, feed, publish } = await stallReader()
    for (let second = 0; second < 28; second++) {
      clock.advance(1000)
      if (second % 5 !== 4) continue
      // It reads most of what the kernel holds for it, and is given more of what it has not had.
      for (let megabytes = 0; megabytes < 10; megabytes++) publish()
      const before = reader.events.length
      reader.resume()
      await expect.poll(() => reader.events.length, { interval: 5 }).toBeGreaterThan(before + 25)
      reader.pause()
      expect(feed().gaps).toBe(0)
    }
    expect(feed()).toMatchObject({ viewers: 1, lagging: 1 })
    clock.advance(3000)
    reader.resume()
    const { data } = await reader.until('bye')
    expect(data.reason).toBe('lagging')
    await reader.ended
    expect(feed().viewers).toBe(0)
  }, 20_000)
})

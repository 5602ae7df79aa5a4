import http from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startFeedProcess } from '../helpers/feed-process.js'
import { openRawStream } from '../helpers/raw-stream.js'

interface Stream {
  /** The newest text; what came long before is not kept. */
  tail: string
  endedAt: number | undefined
}

/** Opens a stream that is never parsed: a thousand of them cost little. */
function openStream(url: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      const stream: Stream = { tail: '', endedAt: undefined }
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        stream.tail = (stream.tail + text).slice(-2000)
        if (stream.tail.includes('event: snapshot')) resolve(stream)
      })
      response.once('end', () => (stream.endedAt = Date.now()))
      response.on('error', () => undefined)
    })
    request.once('error', reject)
    onTestFinished(() => void request.destroy())
  })
}

const FAREWELL =
  /"message":"the last line"[^\n]*\n\nretry: (\d+)\n\nevent: bye\ndata: \{"reason":"shutdown","retry":\1\}\n\n$/

describe('a host that closes with 1,000 open streams', () => {
  it('sends each its last delta, another time to come back and bye, and ends it, all within a second', async () => {
    const host = await startFeedProcess({ sessionsPerAddress: 2000 })
    const url = `${host.url}?topics=log&history=0&batch=1000`
    // Neither a client that never reads nor one that asked twice on its connection may hold it up.
    const stalled = `${host.url}?topics=log&history=0&batch=0`
    const sockets = [openRawStream(stalled), openRawStream(stalled)]
    sockets[1]?.write(`GET ${new URL(url).pathname} HTTP/1.1\r\nhost: x\r\n\r\n`)
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
    await host.publish({ lines: 2500, size: 4000, perSecond: 2500 })
    await expect.poll(async () => (await host.state()).lagging, { timeout: 5000 }).toBe(2)
    const streams: Stream[] = []
    while (streams.length < 1000) {
      streams.push(...(await Promise.all(Array.from({ length: 100 }, () => openStream(url)))))
    }
    await host.publish({ lines: 2, size: 100 })
    const { calledAt, closedAt } = await host.close()
    await expect
      .poll(() => streams.filter(({ endedAt }) => endedAt === undefined).length, { timeout: 5000 })
      .toBe(0)
    const last = Math.max(...streams.map(({ endedAt }) => endedAt!))
    expect(last - calledAt).toBeLessThan(1000)
    expect(closedAt - calledAt).toBeLessThan(1000)
    const retries = streams.map(({ tail }) => Number(FAREWELL.exec(tail)?.[1]))
    expect(retries.filter(Number.isNaN)).toEqual([])
    // Spread, so that they do not all come back at once.
    expect(new Set(retries).size).toBeGreaterThan(300)
    expect(Math.max(...retries) - Math.min(...retries)).toBeGreaterThan(1000)
  }, 20_000)
})

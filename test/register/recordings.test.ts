import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createRandom } from '../helpers/random.js'
import { RECORDINGS } from '../server/observe/recordings.js'
import { startApp, type App } from './run-app.js'

/*
 * The streams that providers document, cut at random places, to an app that asks in every way, with and without
 * `opswire/register`.
 */
const STREAMS = RECORDINGS.filter(({ streaming }) => streaming)
const QUESTIONS = STREAMS.map(({ url, request }, index) => {
  const { pathname, search } = new URL(url)
  const path = `${pathname}${search === '' ? '?' : `${search}&`}recording=${index}`
  return { path, body: JSON.stringify(request) }
})

interface Replay {
  url: string
  /** What came, to the byte. */
  received: string[]
}

/** Answers with recordings; how they are cut differs from one answer to the next. */
async function startReplay(seed: number): Promise<Replay> {
  const random = createRandom(seed)
  const received: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    received.push(JSON.stringify([request.url, request.rawHeaders.slice(2), String(Buffer.concat(parts))]))
    const { type, body } = STREAMS[Number(/recording=(\d+)/.exec(request.url!)![1])]!
    response.writeHead(200, { 'content-type': type })
    const bytes = Buffer.from(body)
    for (let at = 0, end; at < bytes.length; at = end) {
      end = at + random.int(1, 300)
      await new Promise((resolve) => response.write(bytes.subarray(at, end), resolve))
    }
    response.end()
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

async function run(
  replay: Replay,
  imports?: string[],
): Promise<{ app: App; got: unknown; received: string[] }> {
  const app = startApp('transports.js', {
    ...(imports && { imports }),
    env: { MODEL_URL: replay.url, TLS_URL: replay.url, NODE_NO_WARNINGS: '1' },
  })
  await app.message()
  replay.received.length = 0
  app.child.send({ questions: QUESTIONS })
  const got = await app.message()
  return { app, got, received: [...replay.received] }
}

it('an app gets and sends the same bytes of recorded streams, however they are cut', async () => {
  expect(STREAMS.length).toBeGreaterThan(5)
  const seed = Date.now()
  const replay = await startReplay(seed)
  const plain = await run(replay, [])
  const watched = await run(replay)
  expect(watched.got, `seed ${seed}`).toEqual(plain.got)
  expect(watched.received, `seed ${seed}`).toEqual(plain.received)

  const dashboard = await watched.app.dashboard()
  const calls = await dashboard.calls()
  expect(calls.length).toBeGreaterThan(100)
  expect(calls.filter(({ state }) => state === 'error')).toEqual([])
  expect((await dashboard.metrics()).counters).not.toHaveProperty('faults')
})

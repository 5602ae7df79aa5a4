import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { toAnswer, toEvents, type Asked } from './model-answers.js'

/** How a call went, measured where it was answered. */
export interface Served {
  /** Epoch milliseconds. */
  startedAt: number
  status: number
  /** Milliseconds until the answer's end was at hand. */
  duration: number
  /** Milliseconds until the first chunk was; only of streamed answers. */
  firstChunkAfter?: number
}

export interface ModelServer {
  /** Base URL for an OpenAI client. */
  url: string
  /** What was answered, in order. */
  served: Served[]
}

const FIRST_CHUNK_AFTER = 120
const CHUNK_INTERVAL = 30

/** Starts a model server that knows how long each call took. Closed with the test. */
export async function startModelServer(): Promise<ModelServer> {
  const served: Served[] = []
  const server = createServer((request, response) => {
    void answer(request, response).then((entry) => served.push(entry))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, served }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<Served> {
  const startedAt = Date.now()
  const start = performance.now()
  const asked = (await json(request)) as Asked
  const { status, body } = toAnswer(request.url, asked)
  await sleep(FIRST_CHUNK_AFTER)
  if (asked.stream !== true || status !== 200) {
    // Before the answer leaves: the program may have it, and its time, before this process goes on.
    const duration = performance.now() - start
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    return { startedAt, status, duration }
  }

  response.writeHead(status, { 'content-type': 'text/event-stream' })
  const firstChunkAfter = performance.now() - start
  for (const [index, { name, data }] of toEvents(request.url, asked).entries()) {
    if (index > 0) await sleep(CHUNK_INTERVAL)
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`)
  }
  const duration = performance.now() - start
  response.end('data: [DONE]\n\n')
  return { startedAt, status, duration, firstChunkAfter }
}

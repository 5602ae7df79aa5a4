import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** How a call went, measured where it was answered. */
export interface Served {
  /** Epoch milliseconds. */
  startedAt: number
  streaming: boolean
  status: number
  /** Milliseconds until the last byte was handed to the socket. */
  duration: number
  /** Milliseconds until the first chunk was. */
  firstChunkAfter?: number
}

export interface ModelServer {
  /** Base URL for an OpenAI client. */
  url: string
  /** What was answered, in order. */
  served: Served[]
}

/** A successful chat completion uses as much, whatever was asked. */
const CHAT_USAGE = {
  prompt_tokens: 11,
  completion_tokens: 5,
  total_tokens: 16,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
}
const EMBEDDING_USAGE = { prompt_tokens: 3, total_tokens: 3 }
const WORDS = ['The', ' answer', ' is', ' forty', '-two']
const FIRST_CHUNK_AFTER = 120
const CHUNK_INTERVAL = 30

interface Asked {
  model: string
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  messages?: { role: string; content: unknown }[]
}

/**
 * Starts a model server that knows how long each call took. As at real providers, a chat model's answer names a dated
 * version of the model that was asked. A last message `/limit` is refused with 429, `/fail` with 500, and `/tool` is
 * answered with the wish to call the tool `lookUp`. Closed with the test.
 */
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
  const send = (status: number, body: object) => {
    const headers = { 'content-type': 'application/json' }
    response.writeHead(status, headers).end(JSON.stringify(body))
    return { startedAt, streaming: false, status, duration: performance.now() - start }
  }
  await sleep(FIRST_CHUNK_AFTER)
  if (request.url === '/v1/embeddings') return send(200, toEmbeddings(asked))

  const content = asked.messages?.at(-1)?.content
  if (content === '/limit') return send(429, toError('rate_limit_exceeded', 'rate limit reached'))
  if (content === '/fail') return send(500, toError('server_error', 'the model failed'))
  if (asked.stream !== true) return send(200, toCompletion(asked, content === '/tool'))

  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let firstChunkAfter: number | undefined
  for (const chunk of toChunks(asked)) {
    if (firstChunkAfter !== undefined) await sleep(CHUNK_INTERVAL)
    firstChunkAfter ??= performance.now() - start
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  const duration = performance.now() - start
  response.end('data: [DONE]\n\n')
  return { startedAt, streaming: true, status: 200, duration, firstChunkAfter: firstChunkAfter! }
}

const toBase = ({ model }: Asked, object: string) => ({
  id: 'chatcmpl-1',
  object,
  created: 1_700_000_000,
  model: `${model}-2024-07-18`,
})

function toCompletion(asked: Asked, wantsTool: boolean): object {
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: 'lookUp', arguments: '{"what":"answer"}' },
  }
  const [message, finish_reason] = wantsTool
    ? [{ role: 'assistant', content: null, tool_calls: [call] }, 'tool_calls']
    : [{ role: 'assistant', content: WORDS.join('') }, 'stop']
  const choices = [{ index: 0, message, finish_reason, logprobs: null }]
  return { ...toBase(asked, 'chat.completion'), choices, usage: CHAT_USAGE }
}

/** The chunks of a streamed reply; the first one carries a word, the usage comes last and only on request. */
function toChunks(asked: Asked): object[] {
  const base = toBase(asked, 'chat.completion.chunk')
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason }],
  })
  const words = WORDS.map((content) => chunk({ role: 'assistant', content }))
  const usage = { ...base, choices: [], usage: CHAT_USAGE }
  return [...words, chunk({}, 'stop'), ...(asked.stream_options?.include_usage === true ? [usage] : [])]
}

function toEmbeddings({ model }: Asked): object {
  const data = [{ object: 'embedding', index: 0, embedding: [0.25, 0.5] }]
  return { object: 'list', model, data, usage: EMBEDDING_USAGE }
}

function toError(code: string, message: string): object {
  return { error: { message, type: code, param: null, code } }
}

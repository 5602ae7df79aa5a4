import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** How a call went, measured where it was answered. */
export interface Served {
  model: string
  headers: IncomingMessage['headers']
  /** Milliseconds from the request to the first token. */
  timeToFirstToken?: number
  /** Output tokens per second after the first token. */
  tokensPerSecond?: number
  /** Milliseconds from the request to the end. */
  duration?: number
  /** The client left before the end. */
  left: boolean
}

export interface ModelServer {
  /** Without a path. */
  url: string
  served: Served[]
}

interface Asked {
  model: string
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  messages?: { content: unknown }[]
  input?: unknown
}

export const TOKENS = 40
const FIRST_TOKEN_AFTER = 120
const SENTENCE = ['The', ' model', ' says', ' a', ' few', ' words', ' more', '.']

const wordAt = (index: number): string => SENTENCE[index % SENTENCE.length]!

/**
 * Starts a model server that speaks as OpenAI and Anthropic do, and knows the truth about every call. A last message
 * `/limit` is refused with 429, `/fail` with 500, `/cut` breaks the stream off in the middle, `/hang` never answers.
 * `interval`: milliseconds from one token to the next, by default 12.
 */
export async function startModelServer(interval = 12): Promise<ModelServer> {
  const served: Served[] = []
  const server = createServer((request, response) => {
    const entry: Served = { model: '', headers: request.headers, left: false }
    served.push(entry)
    response.on('close', () => (entry.left = !response.writableFinished))
    answer(request, response, entry, interval).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, served }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  entry: Served,
  interval: number,
): Promise<void> {
  const begin = performance.now()
  const asked = (await json(request)) as Asked
  const path = request.url!
  entry.model = asked.model
  const wish = asked.messages?.at(-1)?.content ?? asked.input
  if (wish === '/hang') return
  if (wish === '/limit') return refuse(response, path, 429, 'rate_limit', { 'retry-after': '7' })
  if (wish === '/fail') return refuse(response, path, 500, 'server_error')

  const { head, tail } = toFrame(path, asked)
  if (asked.stream !== true) {
    await sleep(FIRST_TOKEN_AFTER)
    entry.duration = performance.now() - begin
    send(response, 200, toWhole(path, asked.model))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_1' })
  response.write(head)
  await sleep(FIRST_TOKEN_AFTER)
  const first = performance.now()
  entry.timeToFirstToken = first - begin
  for (let index = 0; index < TOKENS; index++) {
    if (index > 0) await sleep(interval)
    if (response.destroyed) return
    if (wish === '/cut' && index === TOKENS / 2) return void response.destroy()
    response.write(toDelta(path, wordAt(index)))
  }
  const end = performance.now()
  entry.tokensPerSecond = (TOKENS / (end - first)) * 1000
  entry.duration = end - begin
  response.end(tail)
}

function send(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, path: string, status: number, type: string, headers = {}): void {
  const error = { type, code: type, message: `no: ${type}` }
  send(response, status, path.endsWith('/messages') ? { type: 'error', error } : { error }, headers)
}

const toEvent = (data: object | string, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const toNamed = (data: { type: string }): string => toEvent(data, data.type)

const CHAT_USAGE = { prompt_tokens: 21, completion_tokens: TOKENS, total_tokens: 21 + TOKENS }
const INPUT_USAGE = { input_tokens: 15, cache_read_input_tokens: 4, cache_creation_input_tokens: 2 }
const RESPONSE_USAGE = { input_tokens: 21, output_tokens: TOKENS, total_tokens: 21 + TOKENS }

const chunk = (delta: object, finish_reason: string | null = null) => ({
  ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' },
  choices: [{ index: 0, delta, finish_reason }],
})

function toDelta(path: string, text: string): string {
  if (path.endsWith('/messages'))
    return toNamed({ type: 'content_block_delta', ...{ index: 0, delta: { type: 'text_delta', text } } })
  if (path.endsWith('/responses'))
    return toNamed({ type: 'response.output_text.delta', ...{ item_id: 'msg_1', delta: text } })
  return toEvent(chunk({ content: text }))
}

/** What comes before the first token, and after the last. */
function toFrame(path: string, { model, stream_options }: Asked): { head: string; tail: string } {
  if (path.endsWith('/messages')) {
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null }
    const delta = { stop_reason: 'end_turn', stop_sequence: null }
    return {
      head:
        toNamed({
          type: 'message_start',
          ...{ message: { ...message, usage: { ...INPUT_USAGE, output_tokens: 1 } } },
        }) +
        toNamed({ type: 'content_block_start', ...{ index: 0, content_block: { type: 'text', text: '' } } }) +
        toNamed({ type: 'ping' }),
      tail:
        toNamed({ type: 'content_block_stop', ...{ index: 0 } }) +
        toNamed({ type: 'message_delta', ...{ delta, usage: { output_tokens: TOKENS } } }) +
        toNamed({ type: 'message_stop' }),
    }
  }
  if (path.endsWith('/responses')) {
    const response = { id: 'resp_1', object: 'response', model, output: [] }
    return {
      head: toNamed({ type: 'response.created', ...{ response: { ...response, status: 'in_progress' } } }),
      tail: toNamed({
        type: 'response.completed',
        ...{ response: { ...response, status: 'completed', usage: RESPONSE_USAGE } },
      }),
    }
  }
  const usage =
    stream_options?.include_usage === true ? toEvent({ ...chunk({}), choices: [], usage: CHAT_USAGE }) : ''
  return {
    head: toEvent(chunk({ role: 'assistant', content: '' })),
    tail: `${toEvent(chunk({}, 'stop'))}${usage}${toEvent('[DONE]')}`,
  }
}

function toWhole(path: string, model: string): object {
  const text = Array.from({ length: TOKENS }, (_, index) => wordAt(index)).join('')
  if (path.endsWith('/messages')) {
    const usage = { ...INPUT_USAGE, output_tokens: TOKENS }
    const content = [{ type: 'text', text }]
    return { id: 'msg_1', type: 'message', role: 'assistant', model, content, stop_reason: 'end_turn', usage }
  }
  const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }]
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model, choices, usage: CHAT_USAGE }
}

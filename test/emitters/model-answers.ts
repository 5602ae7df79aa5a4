/*
 * What the model server answers, in the words of the OpenAI protocol. As at real providers, a chat model's answer names
 * a dated version of the model that was asked. Every answer uses as many tokens, whatever was asked.
 */

export interface Asked {
  model: string
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  messages?: { role: string; content: unknown }[]
  /** Of the Responses API, and of embeddings. */
  input?: unknown
}

export interface Answer {
  status: number
  body: object
}

/** One event of a streamed answer. */
export interface AnswerEvent {
  /** Only the Responses API names its events. */
  name?: string
  data: object
}

const WORDS = ['The', ' answer', ' is', ' forty', '-two']
const CHAT_USAGE = {
  prompt_tokens: 11,
  completion_tokens: 5,
  total_tokens: 16,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
}
const RESPONSE_USAGE = {
  input_tokens: 11,
  output_tokens: 5,
  total_tokens: 16,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens_details: { reasoning_tokens: 2 },
}
const EMBEDDING_USAGE = { prompt_tokens: 3, total_tokens: 3 }

const toDated = (model: string): string => `${model}-2024-07-18`
const toError = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { message, type: code, param: null, code } },
})

/** A last message `/limit` is refused with 429, `/fail` with 500, `/tool` answered with the wish to call `lookUp`. */
export function toAnswer(path: string | undefined, asked: Asked): Answer {
  const content = asked.messages?.at(-1)?.content
  if (path === '/v1/embeddings') return { status: 200, body: toEmbeddings(asked) }
  if (path === '/v1/responses') return { status: 200, body: toResponse(asked, 'completed') }
  if (content === '/limit') return toError(429, 'rate_limit_exceeded', 'rate limit reached')
  if (content === '/fail') return toError(500, 'server_error', 'the model failed')
  return { status: 200, body: toCompletion(asked, content === '/tool') }
}

/** The same as events. A chat's first one carries a word; the usage comes last. */
export function toEvents(path: string | undefined, asked: Asked): AnswerEvent[] {
  return path === '/v1/responses' ? toResponseEvents(asked) : toChunks(asked).map((data) => ({ data }))
}

const toBase = ({ model }: Asked, object: string) => ({
  id: 'chatcmpl-1',
  object,
  created: 1_700_000_000,
  model: toDated(model),
})

function toCompletion(asked: Asked, wantsTool: boolean): object {
  const lookUp = { name: 'lookUp', arguments: '{"what":"answer"}' }
  const [message, finish_reason] = wantsTool
    ? [{ content: null, tool_calls: [{ id: 'call_1', type: 'function', function: lookUp }] }, 'tool_calls']
    : [{ content: WORDS.join('') }, 'stop']
  const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason, logprobs: null }]
  return { ...toBase(asked, 'chat.completion'), choices, usage: CHAT_USAGE }
}

/** Only who asks for it gets the usage. */
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

function toResponse({ model }: Asked, status: 'in_progress' | 'completed'): object {
  const content = [{ type: 'output_text', text: WORDS.join(''), annotations: [] }]
  const output = [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }]
  return {
    ...{ id: 'resp_1', object: 'response', created_at: 1_700_000_000, model: toDated(model), status },
    ...(status === 'completed' ? { output, usage: RESPONSE_USAGE } : { output: [] }),
  }
}

function toResponseEvents(asked: Asked): AnswerEvent[] {
  const item = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const events = [
    { type: 'response.created', response: toResponse(asked, 'in_progress') },
    ...WORDS.map((delta) => ({ type: 'response.output_text.delta', ...item, delta })),
    { type: 'response.completed', response: toResponse(asked, 'completed') },
  ]
  return events.map((event, sequence_number) => ({
    name: event.type,
    data: { ...event, sequence_number },
  }))
}

function toEmbeddings({ model }: Asked): object {
  const data = [{ object: 'embedding', index: 0, embedding: [0.25, 0.5] }]
  return { object: 'list', model, data, usage: EMBEDDING_USAGE }
}

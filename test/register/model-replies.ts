import { gzipSync } from 'node:zlib'

/** What the model server answers to a request. */
export interface Reply {
  status: number
  headers: Record<string, string>
  pieces: (string | Buffer)[]
  isFast: boolean
  isCut: boolean
  isHeld: boolean
}

interface Asked {
  model?: string
  stream?: boolean
}

/** The words of every answer, one piece of a stream each. */
const WORDS =
  'The gateway keeps a small queue for every model and hands work to whichever provider answers first; when one of them is slow the others take over until it has recovered, and nobody who waits in front of the screen needs to know anything about it.'.split(
    /(?<= )/,
  )
export const TEXT = WORDS.join('')
/** As reported; the text's true number of tokens with the vocabulary o200k. */
export const OUTPUT_TOKENS = 49
export const INPUT_TOKENS = 17
const JSON_TYPE = { 'content-type': 'application/json', 'x-request-id': 'req_1' }
const EVENTS_TYPE = { 'content-type': 'text/event-stream; charset=utf-8' }
const LINES_TYPE = { 'content-type': 'application/x-ndjson' }

export function toReply(address: string, asked: Asked): Reply {
  const { pathname } = new URL(address, 'http://model')
  const [, named] = /\/models\/([^:]+):/.exec(pathname) ?? []
  const model = named ?? asked.model ?? ''
  const isFast = model === '' || model.startsWith('fast')
  const isGzip = model.endsWith('-gzip')
  const reply = (status: number, headers: Record<string, string>, pieces: (string | Buffer)[]): Reply => ({
    status,
    headers: { ...headers, ...(isGzip && { 'content-encoding': 'gzip' }) },
    pieces: isGzip ? cutAnywhere([gzipSync(pieces.join(''))]) : isFast ? cutAnywhere(pieces) : pieces,
    isFast,
    isCut: model === 'cut',
    isHeld: model.endsWith('-held'),
  })
  if (model.endsWith('limit'))
    return reply(429, { ...JSON_TYPE, 'retry-after': '1' }, [toError('rate limit')])
  if (model.endsWith('fail')) return reply(500, JSON_TYPE, [toError('out of order')])
  const isStream = asked.stream === true || pathname.endsWith(':streamGenerateContent')
  const protocol = PROTOCOLS.find(([pattern]) => pattern.test(pathname))
  if (protocol === undefined) return reply(200, JSON_TYPE, ['{"ok":true}'])
  const [, toStream, toWhole, isLines] = protocol
  if (!isStream) return reply(200, JSON_TYPE, [JSON.stringify(toWhole(model))])
  const events = toStream(model, !model.endsWith('-no-usage'))
  return isLines
    ? reply(
        200,
        LINES_TYPE,
        events.map(({ data }) => `${JSON.stringify(data)}\n`),
      )
    : reply(200, EVENTS_TYPE, events.map(toEvent))
}

interface Event {
  name?: string
  data: unknown
}
type Protocol = [
  path: RegExp,
  toStream: (model: string, hasUsage: boolean) => Event[],
  toWhole: (model: string) => unknown,
  isLines: boolean,
]

const PROTOCOLS: Protocol[] = [
  [/\/chat\/completions$/, chatStream, chatWhole, false],
  [/\/responses$/, responseStream, responseWhole, false],
  [/\/messages$/, messageStream, messageWhole, false],
  [/:(stream)?generateContent$/i, googleStream, googleWhole, false],
  [/\/api\/chat$/, ollamaStream, ollamaWhole, true],
]

const CHAT_USAGE = { prompt_tokens: INPUT_TOKENS, completion_tokens: OUTPUT_TOKENS, total_tokens: 66 }

function chatStream(model: string, hasUsage: boolean): Event[] {
  const chunk = (more: object): Event => ({
    data: { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, ...more },
  })
  const choice = (delta: object, finish_reason: string | null = null): Event =>
    chunk({ choices: [{ index: 0, delta, finish_reason }] })
  return [
    ...WORDS.map((content) => choice({ content })),
    choice({}, 'stop'),
    ...(hasUsage ? [chunk({ choices: [], usage: CHAT_USAGE })] : []),
    { data: '[DONE]' },
  ]
}

function chatWhole(model: string): unknown {
  const message = { role: 'assistant', content: TEXT, refusal: null }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
    usage: CHAT_USAGE,
  }
}

const RESPONSE_USAGE = { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS, total_tokens: 66 }

function responseStream(model: string, hasUsage: boolean): Event[] {
  const event = (type: string, more: object): Event => ({ name: type, data: { type, ...more } })
  const response = { id: 'resp_1', object: 'response', model, output: [] }
  return [
    event('response.created', { response: { ...response, status: 'in_progress' } }),
    ...WORDS.map((delta) => event('response.output_text.delta', { item_id: 'm', output_index: 0, delta })),
    event('response.completed', {
      response: { ...response, status: 'completed', ...(hasUsage && { usage: RESPONSE_USAGE }) },
    }),
  ]
}

function responseWhole(model: string): unknown {
  const content = [{ type: 'output_text', text: TEXT, annotations: [] }]
  const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }]
  return { id: 'resp_1', object: 'response', model, status: 'completed', output, usage: RESPONSE_USAGE }
}

function messageStream(model: string): Event[] {
  const event = (type: string, more: object = {}): Event => ({ name: type, data: { type, ...more } })
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [] }
  return [
    event('message_start', {
      message: { ...message, usage: { input_tokens: INPUT_TOKENS, output_tokens: 1 } },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...WORDS.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: OUTPUT_TOKENS },
    }),
    event('message_stop'),
  ]
}

function messageWhole(model: string): unknown {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: TEXT }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS },
  }
}

const GOOGLE_USAGE = { promptTokenCount: INPUT_TOKENS, candidatesTokenCount: OUTPUT_TOKENS }

function googleStream(model: string): Event[] {
  return WORDS.map((text, index) => ({
    data: {
      candidates: [
        {
          content: { role: 'model', parts: [{ text }] },
          ...(index === WORDS.length - 1 && { finishReason: 'STOP' }),
        },
      ],
      usageMetadata: GOOGLE_USAGE,
      modelVersion: model,
    },
  }))
}

function googleWhole(model: string): unknown {
  const candidate = { content: { role: 'model', parts: [{ text: TEXT }] }, finishReason: 'STOP' }
  return { candidates: [candidate], usageMetadata: GOOGLE_USAGE, modelVersion: model }
}

const OLLAMA_END = {
  done: true,
  done_reason: 'stop',
  prompt_eval_count: INPUT_TOKENS,
  eval_count: OUTPUT_TOKENS,
}

function ollamaStream(model: string): Event[] {
  const line = (content: string, more: object): Event => ({
    data: { model, message: { role: 'assistant', content }, ...more },
  })
  return [...WORDS.map((word) => line(word, { done: false })), line('', OLLAMA_END)]
}

function ollamaWhole(model: string): unknown {
  return { model, message: { role: 'assistant', content: TEXT }, ...OLLAMA_END }
}

function toEvent({ name, data }: Event): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`
}

function toError(message: string): string {
  return JSON.stringify({ error: { message, type: 'test_error', code: null } })
}

/** The same bytes in pieces of 1 to 400, wherever that cuts them; the same cuts every time. */
function cutAnywhere(pieces: (string | Buffer)[]): Buffer[] {
  const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)))
  const cut: Buffer[] = []
  let seed = bytes.length
  for (let at = 0; at < bytes.length;) {
    seed = (seed * 48_271) % 2_147_483_647
    const size = 1 + (seed % 400)
    cut.push(bytes.subarray(at, at + size))
    at += size
  }
  return cut
}

import type { CallRecord } from '../../../src/index.js'

/** One exchange as a provider's API documents it, and what is to be known of it. */
export interface Recording {
  name: string
  url: string
  request: object
  type: string
  body: string
  expected: Partial<CallRecord>
}

/** Words that tokenizers take for one token each. */
export const WORDS = ['The', ' answer', ' is', ' forty', ' two', '.']
const TEXT = WORDS.join('')
const MESSAGES = [{ role: 'user', content: 'What is "it"?' }]

const toEvents = (items: (object | string)[]): string =>
  items.map((item) => `data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`).join('')
const toNamedEvents = (items: { type: string }[]): string =>
  items.map((item) => `event: ${item.type}\r\ndata: ${JSON.stringify(item)}\r\n\r\n`).join('')

const chunk = (delta: object, finish_reason: string | null = null) => ({
  ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-2025-08-07' },
  choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  usage: null,
})
const CHAT_USAGE = {
  prompt_tokens: 11,
  completion_tokens: 9,
  total_tokens: 20,
  prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 0 },
}
const CHAT_CHUNKS = [
  chunk({ role: 'assistant', content: '', refusal: null }),
  ...WORDS.map((content) => chunk({ content })),
  chunk({}, 'stop'),
]
const OPENAI = 'https://api.openai.com/v1'
const REPORTED = { inputTokens: 11, outputTokens: 9, cachedTokens: 4, reasoningTokens: 2 }

const responseOf = (status: string, more: object = {}) => ({
  ...{ id: 'resp_1', object: 'response', model: 'gpt-5-2025-08-07', status, error: null },
  ...{ incomplete_details: null, instructions: 'Be brief.', output: [], usage: null, ...more },
})
const RESPONSE_USAGE = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 20,
}
const OUTPUT = [
  {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: TEXT, annotations: [] }],
  },
]
const ITEM = { item_id: 'msg_1', output_index: 0, content_index: 0 }

const ANTHROPIC_START = {
  type: 'message_start',
  message: {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content: [] },
    ...{ stop_reason: null, stop_sequence: null },
    usage: { input_tokens: 10, cache_creation_input_tokens: 2, cache_read_input_tokens: 4, output_tokens: 1 },
  },
}
const block = (type: string, delta: object) => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type, ...delta },
})
const CANDIDATE = (text: string, more: object = {}) => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...more }],
  modelVersion: 'gemini-2.5-flash',
})
const GOOGLE_USAGE = {
  promptTokenCount: 11,
  cachedContentTokenCount: 4,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 2,
  totalTokenCount: 20,
}
const GOOGLE = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash'
const GOOGLE_CHUNKS = [
  ...WORDS.map((word) => CANDIDATE(word)),
  { ...CANDIDATE('', { finishReason: 'STOP' }), usageMetadata: GOOGLE_USAGE },
]
const GOOGLE_REQUEST = { contents: [{ role: 'user', parts: [{ text: 'What is "it"?' }] }] }
const OLLAMA_END = {
  ...{ model: 'llama3.2', done: true, done_reason: 'stop', total_duration: 5e9 },
  ...{ prompt_eval_count: 11, prompt_eval_cached_count: 4, eval_count: 9, eval_duration: 4e9 },
}
const OLLAMA_REPORTED = { inputTokens: 11, outputTokens: 9, cachedTokens: 4 }

const STREAMED: Recording[] = [
  {
    name: 'OpenAI chat, with usage',
    url: `${OPENAI}/chat/completions`,
    request: { model: 'gpt-5', messages: MESSAGES, stream: true, stream_options: { include_usage: true } },
    type: 'text/event-stream; charset=utf-8',
    body: toEvents([...CHAT_CHUNKS, { ...chunk({}), choices: [], usage: CHAT_USAGE }, '[DONE]']),
    expected: { provider: 'openai', model: 'gpt-5', operation: 'chat', finishReason: 'stop', ...REPORTED },
  },
  {
    name: 'OpenAI chat, without usage',
    url: `${OPENAI}/chat/completions`,
    request: { stream: true, messages: MESSAGES, model: 'gpt-5' },
    type: 'text/event-stream',
    body: toEvents([...CHAT_CHUNKS, '[DONE]']),
    expected: { model: 'gpt-5', finishReason: 'stop', outputTokens: 6, estimated: true },
  },
  {
    name: 'OpenAI chat that reasons and calls a tool',
    url: 'https://api.deepseek.com/chat/completions',
    request: { model: 'deepseek-reasoner', messages: MESSAGES, stream: true },
    type: 'text/event-stream',
    body:
      ': keep-alive\n\n' +
      toEvents([
        chunk({ role: 'assistant', content: null, reasoning_content: '' }),
        chunk({ content: null, reasoning_content: 'Look' }),
        chunk({ content: null, reasoning_content: ' up' }),
        chunk({
          tool_calls: [
            { index: 0, id: 'call_1', type: 'function', function: { name: 'search', arguments: '' } },
          ],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"q' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '":"it"}' } }] }),
        chunk({}, 'tool_calls'),
        '[DONE]',
      ]),
    expected: { provider: 'deepseek', finishReason: 'tool_calls', outputTokens: 8, estimated: true },
  },
  {
    name: 'OpenAI responses',
    url: `${OPENAI}/responses`,
    request: { model: 'gpt-5', input: 'What is "it"?', stream: true },
    type: 'text/event-stream',
    body: toNamedEvents([
      { type: 'response.created', ...{ response: responseOf('in_progress') } },
      { type: 'response.output_item.added', ...{ item: { id: 'msg_1', type: 'message', content: [] } } },
      ...WORDS.map((delta) => ({ type: 'response.output_text.delta', ...ITEM, delta, logprobs: [] })),
      { type: 'response.output_text.done', ...ITEM, ...{ text: TEXT } },
      {
        type: 'response.completed',
        ...{ response: responseOf('completed', { output: OUTPUT, usage: RESPONSE_USAGE }) },
      },
    ]),
    expected: {
      provider: 'openai',
      model: 'gpt-5',
      operation: 'chat',
      finishReason: 'completed',
      ...REPORTED,
    },
  },
  {
    name: 'Anthropic messages',
    url: 'https://api.anthropic.com/v1/messages',
    request: { model: 'claude-sonnet-4-5', max_tokens: 100, messages: MESSAGES, stream: true },
    type: 'text/event-stream',
    body: toNamedEvents([
      ANTHROPIC_START,
      { type: 'content_block_start', ...{ index: 0, content_block: { type: 'text', text: '' } } },
      { type: 'ping' },
      ...WORDS.map((text) => block('text_delta', { text })),
      { type: 'content_block_stop', ...{ index: 0 } },
      {
        type: 'message_delta',
        ...{ delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 9 } },
      },
      { type: 'message_stop' },
    ]),
    expected: {
      ...{ provider: 'anthropic', model: 'claude-sonnet-4-5', finishReason: 'end_turn' },
      ...{ inputTokens: 16, cachedTokens: 4, outputTokens: 9 },
    },
  },
  {
    name: 'Google, as events',
    url: `${GOOGLE}:streamGenerateContent?alt=sse`,
    request: GOOGLE_REQUEST,
    type: 'text/event-stream',
    body: toEvents(GOOGLE_CHUNKS).replaceAll('\n', '\r\n'),
    expected: {
      ...{
        provider: 'gcp.gemini',
        model: 'gemini-2.5-flash',
        operation: 'generate_content',
        finishReason: 'STOP',
      },
      ...REPORTED,
    },
  },
  {
    name: 'Google, as an array',
    url: `${GOOGLE}:streamGenerateContent`,
    request: GOOGLE_REQUEST,
    type: 'application/json; charset=UTF-8',
    body: JSON.stringify(GOOGLE_CHUNKS, null, 2).replaceAll('\n  },\n  {', '\n  }\n,\r\n  {'),
    expected: { provider: 'gcp.gemini', model: 'gemini-2.5-flash', finishReason: 'STOP', ...REPORTED },
  },
  {
    name: 'Ollama chat',
    url: 'http://localhost:11434/api/chat',
    request: { model: 'llama3.2', messages: MESSAGES },
    type: 'application/x-ndjson',
    body: [
      ...WORDS.map((content) => ({
        model: 'llama3.2',
        message: { role: 'assistant', content },
        done: false,
      })),
      { ...OLLAMA_END, message: { role: 'assistant', content: '' } },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
    expected: { provider: 'ollama', model: 'llama3.2', finishReason: 'stop', ...OLLAMA_REPORTED },
  },
  {
    name: 'Ollama generate',
    url: 'http://localhost:11434/api/generate',
    request: { model: 'llama3.2', prompt: 'What is "it"?' },
    type: 'application/x-ndjson',
    body: [
      ...WORDS.map((response) => ({ response, done: false })),
      { ...OLLAMA_END, response: '', context: [1, 2] },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
    expected: { operation: 'text_completion', finishReason: 'stop', ...OLLAMA_REPORTED },
  },
]

const WHOLE: Recording[] = [
  {
    name: 'OpenAI chat',
    url: 'https://api.groq.com/openai/v1/chat/completions',
    request: { model: 'llama-3.3-70b', messages: MESSAGES },
    type: 'application/json',
    body: JSON.stringify({
      ...{ id: 'chatcmpl-1', object: 'chat.completion', model: 'llama-3.3-70b' },
      choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
      usage: CHAT_USAGE,
    }),
    expected: { provider: 'groq', model: 'llama-3.3-70b', finishReason: 'stop', ...REPORTED },
  },
  {
    name: 'OpenAI chat without usage',
    url: 'http://127.0.0.1:8000/v1/chat/completions',
    request: { model: 'local', messages: MESSAGES },
    type: 'application/json',
    body: JSON.stringify({ choices: [{ message: { content: TEXT }, finish_reason: 'length' }] }),
    expected: { provider: '127.0.0.1:8000', finishReason: 'length', outputTokens: 6, estimated: true },
  },
  {
    name: 'OpenAI completions',
    url: `${OPENAI}/completions`,
    request: { model: 'gpt-3.5-turbo-instruct', prompt: 'What is it?' },
    type: 'application/json',
    body: JSON.stringify({ choices: [{ text: TEXT, index: 0, finish_reason: 'stop' }], usage: CHAT_USAGE }),
    expected: { operation: 'text_completion', finishReason: 'stop', ...REPORTED },
  },
  {
    name: 'OpenAI embeddings',
    url: `${OPENAI}/embeddings`,
    request: { model: 'text-embedding-3-small', input: ['one', 'two'] },
    type: 'application/json',
    body: JSON.stringify({
      ...{ object: 'list', model: 'text-embedding-3-small', usage: { prompt_tokens: 3, total_tokens: 3 } },
      data: [{ object: 'embedding', index: 0, embedding: [-0.25, 1e-7, 3] }],
    }),
    expected: { operation: 'embeddings', model: 'text-embedding-3-small', inputTokens: 3 },
  },
  {
    name: 'OpenAI responses',
    url: `${OPENAI}/responses`,
    request: { model: 'gpt-5', input: 'What is it?' },
    type: 'application/json',
    body: JSON.stringify(
      responseOf('incomplete', {
        output: OUTPUT,
        usage: RESPONSE_USAGE,
        incomplete_details: { reason: 'max_output_tokens' },
      }),
    ),
    expected: { model: 'gpt-5', finishReason: 'max_output_tokens', ...REPORTED },
  },
  {
    name: 'Azure OpenAI',
    url: 'https://north.openai.azure.com/openai/deployments/our-gpt/chat/completions?api-version=2024-10-21',
    request: { messages: MESSAGES },
    type: 'application/json',
    body: JSON.stringify({
      choices: [{ message: { content: TEXT }, finish_reason: 'stop' }],
      usage: CHAT_USAGE,
    }),
    expected: { provider: 'azure.ai.openai', model: 'our-gpt', finishReason: 'stop', ...REPORTED },
  },
  {
    name: 'Anthropic messages',
    url: 'https://api.anthropic.com/v1/messages',
    request: { model: 'claude-sonnet-4-5', max_tokens: 100, messages: MESSAGES },
    type: 'application/json',
    body: JSON.stringify({
      ...ANTHROPIC_START.message,
      content: [{ type: 'text', text: TEXT }],
      stop_reason: 'max_tokens',
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 2,
        cache_read_input_tokens: 4,
        output_tokens: 9,
      },
    }),
    expected: { finishReason: 'max_tokens', inputTokens: 16, cachedTokens: 4, outputTokens: 9 },
  },
  {
    name: 'Google',
    url: `${GOOGLE}:generateContent?key=AIzaSyD-secret`,
    request: GOOGLE_REQUEST,
    type: 'application/json',
    body: JSON.stringify(
      { ...CANDIDATE(TEXT, { finishReason: 'STOP' }), usageMetadata: GOOGLE_USAGE },
      null,
      2,
    ),
    expected: { provider: 'gcp.gemini', model: 'gemini-2.5-flash', finishReason: 'STOP', ...REPORTED },
  },
  {
    name: 'Ollama chat',
    url: 'http://localhost:11434/api/chat',
    request: { model: 'llama3.2', messages: MESSAGES, stream: false },
    type: 'application/json',
    body: JSON.stringify({ ...OLLAMA_END, message: { role: 'assistant', content: TEXT } }),
    expected: { provider: 'ollama', finishReason: 'stop', ...OLLAMA_REPORTED },
  },
]

export const RECORDINGS: (Recording & { streaming: boolean })[] = [
  ...STREAMED.map((recording) => ({ ...recording, name: `${recording.name}, streamed`, streaming: true })),
  ...WHOLE.map((recording) => ({ ...recording, streaming: false })),
]

// An app that knows nothing of opswire: each call by its name, through the official clients.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { measure, measureStream } from './measure.js'

const url = process.env.MODEL_URL
const openai = new OpenAI({ apiKey: 'none', baseURL: `${url}/openai/v1`, maxRetries: 0 })
const refused = new OpenAI({ apiKey: 'none', baseURL: 'http://127.0.0.1:65533/v1', maxRetries: 0 })
const anthropic = new Anthropic({ apiKey: 'none', baseURL: `${url}/anthropic`, maxRetries: 0 })

const messages = [{ role: /** @type {const} */ ('user'), content: 'a most secret prompt' }]
/** @param {string} model */
const chat = (model) => openai.chat.completions.create({ model, messages })
/** @param {string} model */
const chatStream = (model) =>
  openai.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } })

/** @type {Record<string, (model: string) => Promise<import('./measure.js').Seen>>} */
const calls = {
  chat: (model) => measure(() => chat(model)),
  chatStream: (model) =>
    measureStream(
      () => chatStream(model),
      (chunk) => chunk.choices[0]?.delta.content,
    ),
  response: (model) => measure(() => openai.responses.create({ model, input: 'a most secret prompt' })),
  responseStream: (model) =>
    measureStream(
      () => openai.responses.create({ model, input: 'a most secret prompt', stream: true }),
      (event) => (event.type === 'response.output_text.delta' ? event.delta : undefined),
    ),
  message: (model) => measure(() => anthropic.messages.create({ model, messages, max_tokens: 100 })),
  messageStream: (model) =>
    measureStream(
      () => anthropic.messages.create({ model, messages, max_tokens: 100, stream: true }),
      (event) =>
        event.type === 'content_block_delta' && event.delta.type === 'text_delta'
          ? event.delta.text
          : undefined,
    ),
  refused: (model) => measure(() => refused.chat.completions.create({ model, messages })),
  aborted: (model) =>
    measure(async (seen, start) => {
      const stream = await chatStream(model)
      let chunks = 0
      for await (const chunk of stream) {
        if (chunk.choices.length > 0) seen.firstTokenAfter ??= performance.now() - start
        if (++chunks === 10) stream.controller.abort()
      }
    }),
  left: (model) =>
    measure(async () => {
      const chunks = (await chatStream(model))[Symbol.asyncIterator]()
      for (let i = 0; i < 10; i++) await chunks.next()
      await chunks.return?.()
    }),
}

process.on('message', async (message) => {
  const { name, model, times } = /** @type {{ name: string, model: string, times: number }} */ (message)
  const call = calls[name]
  process.send?.(await Promise.all(Array.from({ length: times }, () => call?.(model))))
})
process.send?.('ready')

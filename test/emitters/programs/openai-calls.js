import { finish, measure, measureStream } from './stopwatch.js'

/** @param {string} content */
const ask = (content) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: /** @type {const} */ ('user'), content }],
})
const RESPONSE = { model: 'gpt-4o-mini', input: 'my secret' }
const STREAM = { stream: /** @type {const} */ (true) }
const USAGE = { stream_options: { include_usage: true } }

/**
 * Makes the same calls whoever instruments the client.
 * @param {typeof import('openai').OpenAI} OpenAI the class that is instrumented
 */
export async function makeOpenAiCalls(OpenAI) {
  const client = new OpenAI({ apiKey: 'none', baseURL: process.env.MODEL_URL, maxRetries: 0 })
  const { completions } = client.chat

  await measure('plain', () => completions.create(ask('my secret')))
  await measureStream('streamed', () => completions.create({ ...ask('my secret'), ...STREAM, ...USAGE }))
  await measureStream('streamedWithoutUsage', () => completions.create({ ...ask('my secret'), ...STREAM }))
  await measure('response', () => client.responses.create(RESPONSE))
  await measureStream('responseStreamed', () => client.responses.create({ ...RESPONSE, ...STREAM }))
  await measure('refused', () => completions.create(ask('/limit')))
  await measure('failed', () => completions.create(ask('/fail')))
  await measure('embedded', () =>
    client.embeddings.create({ model: 'text-embedding-3-small', input: 'my secret' }),
  )
  await finish()
}

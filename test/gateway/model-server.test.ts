import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startModelServer, type ModelServer } from '../../examples/gateway/model-server.js'

let server: ModelServer
let client: OpenAI

beforeAll(async () => {
  server = await startModelServer({ pace: Infinity, trouble: 0 })
  client = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 })
})
afterAll(() => server.close())

async function stream(content: string, model = 'sample-fast') {
  const chunks = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content }],
    stream: true,
    stream_options: { include_usage: true },
  })
  const read: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of chunks) read.push(chunk)
  return read
}

describe('the bundled model server, asked by the official client', () => {
  test('streams one token a chunk, then why it ended, then the usage', async () => {
    const chunks = await stream('hello')
    const tokens = chunks.map((chunk) => chunk.choices[0]?.delta.content).filter(Boolean)
    expect(tokens.join('')).toMatch(/^This is sample-fast, a bundled sample model. You wrote: “hello”\./)
    expect(chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean)).toEqual(['stop'])
    const usage = chunks.at(-1)?.usage
    expect(usage?.completion_tokens).toBe(tokens.length)
    expect(usage?.prompt_tokens).toBeGreaterThan(0)
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + tokens.length)
  })

  test('answers in one piece when no stream is asked for', async () => {
    const answer = await client.chat.completions.create({
      model: 'sample-mini',
      messages: [{ role: 'user', content: 'hello' }],
    })
    expect(answer.choices[0]?.message.content).toContain('You wrote: “hello”')
    expect(answer.usage?.completion_tokens).toBeGreaterThan(10)
  })

  test('lists its models', async () => {
    const ids = (await client.models.list()).data.map((model) => model.id)
    expect(ids).toEqual(['sample-large', 'sample-fast', 'sample-mini'])
  })

  test('/slow gets a long answer', async () => {
    expect((await stream('/slow please')).length).toBeGreaterThan(220)
  })

  test('/fail gets a 500, /limit a 429 with the time to wait', async () => {
    await expect(stream('/fail now')).rejects.toMatchObject({ status: 500, type: 'server_error' })
    const limited = await stream('/limit').catch((error: unknown) => error)
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError)
    expect((limited as InstanceType<typeof OpenAI.RateLimitError>).headers.get('retry-after')).toBe('2')
  })

  test('refuses a model that it does not have, and a request that is not one', async () => {
    await expect(stream('hello', 'gpt-x')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
    const response = await fetch(`${server.url}/chat/completions`, { method: 'POST' })
    expect(response.status).toBe(400)
  })

  test('goes wrong by chance when it is told to', async () => {
    const draws = [0.01, 0.02]
    const faulty = await startModelServer({ pace: Infinity, random: () => draws.shift() ?? 0.5 })
    const asked = new OpenAI({ baseURL: faulty.url, apiKey: 'none', maxRetries: 0 })
    const ask = () =>
      asked.chat.completions.create({ model: 'sample-mini', messages: [{ role: 'user', content: 'hi' }] })
    await expect(ask()).rejects.toMatchObject({ status: 429 })
    await expect(ask()).rejects.toMatchObject({ status: 500 })
    await expect(ask()).resolves.toHaveProperty('usage')
    await faulty.close()
  })
})

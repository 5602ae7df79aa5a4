import Anthropic from '@anthropic-ai/sdk'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../src/index.js'
import { startHost, type Host } from '../../helpers/host.js'
import { startModelServer, TOKENS, type ModelServer, type Served } from './model-server.js'

const KEY = 'sk-canary-0123456789abcdef'
const PROMPT = 'canary prompt'

interface Proxied extends Host {
  models: ModelServer
  openai: OpenAI
  anthropic: Anthropic
  /** The records of all calls, when none is in flight any more. */
  ended(): Promise<CallRecord[]>
}

/** A host that proxies to a model server, and the real clients, pointed at the proxy as their users would. */
async function startProxy(interval?: number): Promise<Proxied> {
  const models = await startModelServer(interval)
  const proxy = { openai: `${models.url}/v1`, anthropic: models.url }
  // A fetch that is aborted opens a connection that it never uses.
  const host = await startHost({ plugin: { proxy }, fastify: { forceCloseConnections: true } })
  const settings = { apiKey: KEY, maxRetries: 0, logLevel: 'off' } as const
  return {
    ...host,
    models,
    openai: new OpenAI({ ...settings, baseURL: `${host.url}/ops/proxy/openai` }),
    anthropic: new Anthropic({ ...settings, baseURL: `${host.url}/ops/proxy/anthropic` }),
    async ended() {
      await expect.poll(() => host.ops.calls().filter(({ state }) => state === 'active')).toEqual([])
      return host.ops.calls()
    },
  }
}

const ask = (content = PROMPT) => ({
  model: 'gpt-x',
  messages: [{ role: 'user' as const, content }],
})
const WITH_USAGE = { stream: true, stream_options: { include_usage: true } } as const
const askClaude = (content = PROMPT) => ({ ...ask(content), model: 'claude-x', max_tokens: 100 })

/** Reads a stream to its end and answers how many chunks it had. */
async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const chunk of stream) if (chunk !== undefined) count++
  return count
}

interface Seen {
  timeToFirstToken: number
  tokensPerSecond: number
}

/** Reads the stream that `start` opens, and answers what its reader sees of it. */
async function watch(start: () => PromiseLike<AsyncIterable<unknown>>): Promise<Seen> {
  const begin = performance.now()
  let first: number | undefined
  for await (const chunk of await start())
    if (/"(content|delta|text)":"[^"]/.test(JSON.stringify(chunk))) first ??= performance.now()
  const timeToFirstToken = first! - begin
  return { timeToFirstToken, tokensPerSecond: (TOKENS / (performance.now() - first!)) * 1000 }
}

/**
 * Expects that a record is true: within 20 ms of the model's time to the first token, and within `share` of its rate.
 * Where this machine is so busy that model and reader see it differently, anything between them is as true.
 */
function expectTruth(call: CallRecord, truth: Served, seen: Seen, share: number): void {
  const tokenTimes = [truth.timeToFirstToken!, seen.timeToFirstToken]
  expect(call.timeToFirstToken).toBeGreaterThan(Math.min(...tokenTimes) - 20)
  expect(call.timeToFirstToken).toBeLessThan(Math.max(...tokenTimes) + 20)
  const rates = [truth.tokensPerSecond!, seen.tokensPerSecond]
  expect(call.tokensPerSecond).toBeGreaterThan(Math.min(...rates) * (1 - share))
  expect(call.tokensPerSecond).toBeLessThan(Math.max(...rates) * (1 + share))
}

describe('the openai client over the proxy', () => {
  it('streams, and the record is true when usage is reported', async () => {
    const { openai, models, ended } = await startProxy()
    const seen = await watch(() => openai.chat.completions.create({ ...ask(), ...WITH_USAGE }))
    const [call] = await ended()
    const [truth] = models.served
    expect(call).toMatchObject({
      ...{
        provider: 'openai',
        model: 'gpt-x',
        source: 'proxy',
        streaming: true,
        state: 'ok',
        httpStatus: 200,
      },
      ...{ inputTokens: 21, outputTokens: TOKENS, finishReason: 'stop' },
    })
    expect(call).not.toHaveProperty('estimated')
    expectTruth(call!, truth!, seen, 0.05)
    expect(truth!.headers.authorization).toBe(`Bearer ${KEY}`)
  })

  it('streams, and the record is near the truth and says so when usage is not reported', async () => {
    const { openai, models, ended } = await startProxy()
    const seen = await watch(() => openai.chat.completions.create({ ...ask(), stream: true }))
    const [call] = await ended()
    const [truth] = models.served
    expect(call).toMatchObject({ state: 'ok', estimated: true })
    expectTruth(call!, truth!, seen, 0.25)
    expect(call!.outputTokens! / TOKENS).toBeGreaterThan(0.75)
    expect(call!.outputTokens! / TOKENS).toBeLessThan(1.25)
  })

  it('is seen at once, and its tokens while they come', async () => {
    const { openai, ops } = await startProxy()
    const stream = await openai.chat.completions.create({ ...ask(), stream: true })
    expect(ops.calls()).toMatchObject([{ model: 'gpt-x', streaming: true, state: 'active' }])
    let chunks = 0
    for await (const { choices } of stream) if ((chunks += choices.length) === TOKENS / 2) break
    const [live] = ops.calls()
    expect(live!.outputTokens).toBeGreaterThan(TOKENS / 4)
    expect(live).toMatchObject({ estimated: true })
  })

  it('asks without streaming', async () => {
    const { openai, models, ended } = await startProxy()
    const { usage } = await openai.chat.completions.create(ask())
    expect(usage?.completion_tokens).toBe(TOKENS)
    const [call] = await ended()
    expect(call).toMatchObject({ state: 'ok', streaming: false, inputTokens: 21, outputTokens: TOKENS })
    expect(call).not.toHaveProperty('timeToFirstToken')
    expect(Math.abs(call!.duration! - models.served[0]!.duration!)).toBeLessThan(20)
  })

  it('streams responses', async () => {
    const { openai, models, ended } = await startProxy()
    const seen = await watch(() => openai.responses.create({ model: 'gpt-x', input: PROMPT, stream: true }))
    const [call] = await ended()
    expect(call).toMatchObject({
      state: 'ok',
      inputTokens: 21,
      outputTokens: TOKENS,
      finishReason: 'completed',
    })
    expectTruth(call!, models.served[0]!, seen, 0.05)
  })

  it('gets refusals as they came', async () => {
    const { openai, ended } = await startProxy()
    const limited = await openai.chat.completions.create(ask('/limit')).catch((error: unknown) => error)
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError)
    expect(limited).toMatchObject({ code: 'rate_limit' })
    expect((limited as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('7')
    const failed = await openai.chat.completions.create(ask('/fail')).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(OpenAI.InternalServerError)
    expect((failed as InstanceType<typeof OpenAI.APIError>).headers?.get('proxy-status')).toBeNull()
    expect(await ended()).toMatchObject([
      { state: 'error', httpStatus: 429, errorType: 'rate_limit', error: 'no: rate_limit' },
      { state: 'error', httpStatus: 500, errorType: 'server_error' },
    ])
  })

  it('gets an error when the stream is cut, as the record does', async () => {
    const { openai, ended } = await startProxy()
    const stream = await openai.chat.completions.create({ ...ask('/cut'), stream: true })
    await expect(drain(stream)).rejects.toThrow()
    const [call] = await ended()
    expect(call).toMatchObject({ state: 'error', errorType: 'ECONNRESET', estimated: true })
    expect(call!.outputTokens).toBeGreaterThan(TOKENS / 4)
  })

  it('ends the call to the model when it gives up, in the middle of a stream as before', async () => {
    const { openai, models, ended } = await startProxy()
    const stream = await openai.chat.completions.create({ ...ask(), stream: true })
    let chunks = 0
    for await (const { choices } of stream) if ((chunks += choices.length) === 10) stream.controller.abort()
    await expect.poll(() => models.served[0]!.left).toBe(true)
    const waiting = new AbortController()
    const hanging = openai.chat.completions.create(ask('/hang'), { signal: waiting.signal })
    await expect.poll(() => models.served).toHaveLength(2)
    waiting.abort()
    await expect(hanging).rejects.toThrow(OpenAI.APIUserAbortError)
    await expect.poll(() => models.served[1]!.left).toBe(true)
    expect(await ended()).toMatchObject([{ state: 'cancelled', httpStatus: 200 }, { state: 'cancelled' }])
  })
})

describe('the Anthropic client over the proxy', () => {
  it('streams, and the record is true', async () => {
    const { anthropic, models, ended } = await startProxy()
    const seen = await watch(() => anthropic.messages.create({ ...askClaude(), stream: true }))
    const [call] = await ended()
    const [truth] = models.served
    expect(call).toMatchObject({
      ...{ provider: 'anthropic', model: 'claude-x', streaming: true, state: 'ok', finishReason: 'end_turn' },
      ...{ inputTokens: 21, cachedTokens: 4, outputTokens: TOKENS },
    })
    expect(call).not.toHaveProperty('estimated')
    expectTruth(call!, truth!, seen, 0.05)
    expect(JSON.stringify(truth!.headers)).toContain(KEY)
  })

  it('asks without streaming, and gets refusals as they came', async () => {
    const { anthropic, ended } = await startProxy()
    await anthropic.messages.create(askClaude())
    await expect(anthropic.messages.create(askClaude('/limit'))).rejects.toThrow(Anthropic.RateLimitError)
    await expect(anthropic.messages.create(askClaude('/fail'))).rejects.toThrow(Anthropic.InternalServerError)
    expect(await ended()).toMatchObject([
      { state: 'ok', streaming: false, inputTokens: 21, outputTokens: TOKENS },
      { state: 'error', httpStatus: 429, errorType: 'rate_limit' },
      { state: 'error', httpStatus: 500, errorType: 'server_error' },
    ])
  })

  it('ends the call to the model when it gives up', async () => {
    const { anthropic, models, ended } = await startProxy()
    const stream = anthropic.messages.stream(askClaude())
    stream.once('text', () => stream.abort())
    await expect(stream.done()).rejects.toThrow(Anthropic.APIUserAbortError)
    await expect.poll(() => models.served[0]!.left).toBe(true)
    expect(await ended()).toMatchObject([{ state: 'cancelled' }])
  })
})

it('50 streams at once are told apart, each with its own truth', async () => {
  const { openai, models, ended } = await startProxy(40)
  const seen = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      // Not all in one turn: what is measured is the proxy, not how 50 clients wait for each other to begin.
      await sleep(index * 6)
      return watch(() => openai.chat.completions.create({ ...ask(), ...WITH_USAGE, model: `gpt-${index}` }))
    }),
  )
  const calls = await ended()
  expect(calls).toHaveLength(50)
  for (const [index, each] of seen.entries()) {
    const call = calls.find(({ model }) => model === `gpt-${index}`)!
    expect(call).toMatchObject({ state: 'ok', outputTokens: TOKENS, inputTokens: 21 })
    expectTruth(
      call,
      models.served.find(({ model }) => model === call.model)!,
      each,
      0.05,
    )
  }
})

it('an upstream that refuses the connection is 502 in our words, and a failed call', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const { url, ops } = await startHost({ plugin: { proxy: { local: `http://127.0.0.1:${port}/v1` } } })
  const openai = new OpenAI({
    apiKey: KEY,
    maxRetries: 0,
    logLevel: 'off',
    baseURL: `${url}/ops/proxy/local`,
  })
  const failed = await openai.chat.completions.create(ask()).catch((error: unknown) => error)
  expect(failed).toMatchObject({
    status: 502,
    error: { code: 'OPS_UPSTREAM', message: 'The upstream local gave no answer: ECONNREFUSED.' },
  })
  expect((failed as InstanceType<typeof OpenAI.APIError>).headers?.get('proxy-status')).toBe(
    'opswire; error=connection_refused',
  )
  expect(ops.calls()).toMatchObject([
    { provider: 'local', model: 'gpt-x', state: 'error', errorType: 'ECONNREFUSED' },
  ])
  expect(ops.calls()[0]).not.toHaveProperty('httpStatus')
})

it('credentials and prompts are in none of what opswire tells', async () => {
  const { openai, anthropic, ops, url, feed, ended } = await startProxy()
  const reader = await feed('?level=trace')
  await drain(await openai.chat.completions.create({ ...ask(), stream: true }))
  await anthropic.messages.create(askClaude('/fail')).catch(() => undefined)
  await openai.chat.completions.create(ask('/limit')).catch(() => undefined)
  await fetch(`${url}/ops/proxy/nowhere/v1?key=${KEY}`, { headers: { authorization: KEY } })
  await fetch(`${url}/ops/proxy/openai/..%2f${KEY}?key=${KEY}`)
  await ended()
  await expect.poll(() => reader.events.filter(({ event }) => event === 'call').length).toBeGreaterThan(2)
  const told = JSON.stringify([ops.snapshot(), reader.events])
  expect(told).toContain('gpt-x')
  for (const secret of [KEY, PROMPT, 'The model says']) expect(told).not.toContain(secret)
})

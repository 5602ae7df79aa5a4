import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { z } from 'zod'
import { composeReply, toTokens } from './model-replies.js'

export interface ModelServerOptions {
  /** How much faster than a real model it is; 1 streams at human speed, `Infinity` never waits. Default: 1. */
  pace?: number
  /** Share of calls that go wrong by chance, as a factor: 0 none, 1 about one in twelve. Default: 1. */
  trouble?: number
  /** Default: Math.random. */
  random?: () => number
}

export interface ModelServer {
  /** Base URL for an OpenAI client. */
  readonly url: string
  close(): Promise<void>
}

/** How a model speaks: milliseconds to the first token and tokens per second, each from and to. */
interface Manner {
  firstToken: [number, number]
  tokensPerSecond: [number, number]
  length: [number, number]
}

const MODELS: Record<string, Manner> = {
  'sample-large': { firstToken: [600, 1400], tokensPerSecond: [32, 46], length: [60, 160] },
  'sample-fast': { firstToken: [180, 450], tokensPerSecond: [64, 90], length: [50, 120] },
  'sample-mini': { firstToken: [120, 320], tokensPerSecond: [48, 72], length: [40, 80] },
}
/** What `/slow` asks for: some 25 seconds. */
const SLOW: Manner = { firstToken: [2500, 3500], tokensPerSecond: [9, 11], length: [220, 240] }

const completionRequest = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().default(false) }).default({ include_usage: false }),
})
type CompletionRequest = z.infer<typeof completionRequest>

/** An answer other than 200, in the words of the protocol. */
class Refusal extends Error {
  readonly status: number
  readonly type: string
  constructor(status: number, type: string, message: string) {
    super(message)
    this.status = status
    this.type = type
  }
}

/**
 * Starts a model server on a free loopback port. It speaks the chat completions protocol, streams at the speed of a
 * hosted model, and now and then is slow, refuses with 429 or fails with 500. A last message that starts with
 * `/slow`, `/limit` or `/fail` gets just that.
 */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const { pace = 1, trouble = 1, random = Math.random } = options
  const app = fastify({ forceCloseConnections: true })
  const between = ([from, to]: [number, number]) => from + random() * (to - from)
  const wait = (duration: number, signal: AbortSignal) => sleep(duration / pace, undefined, { signal })

  /** Decides how this call goes; the wait before a refusal is that of a busy provider. */
  async function decideManner(request: CompletionRequest, signal: AbortSignal): Promise<Manner> {
    const manner = MODELS[request.model]
    if (!manner) {
      const known = Object.keys(MODELS).join(', ')
      throw new Refusal(404, 'model_not_found', `no model ${request.model}; there are ${known}`)
    }
    const asked = request.messages.at(-1)?.content ?? ''
    const wanted = /^\/(limit|fail|slow)\b/.exec(asked)?.[1]
    // Whoever asks for one trouble shall not get another.
    const chance = trouble > 0 && wanted === undefined ? random() / trouble : 1
    if (wanted === 'limit' || chance < 0.015) {
      await wait(80, signal)
      throw new Refusal(429, 'rate_limit_exceeded', 'rate limit reached, try again in 2 s')
    }
    if (wanted === 'fail' || chance < 0.03) {
      await wait(400, signal)
      throw new Refusal(500, 'server_error', 'the model failed')
    }
    if (wanted === 'slow') return SLOW
    if (chance >= 0.08) return manner
    const [from, to] = manner.tokensPerSecond
    return { ...manner, firstToken: [2500, 4500], tokensPerSecond: [from / 3, to / 3] }
  }

  app.get('/v1/models', () => ({
    object: 'list',
    data: Object.keys(MODELS).map((id) => ({ id, object: 'model', owned_by: 'flynn' })),
  }))

  app.post('/v1/chat/completions', async (request, reply) => {
    const gone = toSignal(reply)
    const parsed = completionRequest.safeParse(request.body)
    if (!parsed.success) throw new Refusal(400, 'invalid_request_error', z.prettifyError(parsed.error))
    const asked = parsed.data
    const manner = await decideManner(asked, gone)
    const tokens = composeReply(asked.model, asked.messages, between(manner.length), random)
    const prompt = asked.messages.reduce((sum, message) => sum + 4 + toTokens(message.content).length, 0)
    const base = { id: `chatcmpl-${request.id}`, created: Math.floor(Date.now() / 1000), model: asked.model }
    const usage = {
      prompt_tokens: prompt,
      completion_tokens: tokens.length,
      total_tokens: prompt + tokens.length,
    }
    const perToken = 1000 / between(manner.tokensPerSecond)

    if (!asked.stream) {
      await wait(between(manner.firstToken) + perToken * tokens.length, gone)
      const message = { role: 'assistant', content: tokens.join('') }
      const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: null }]
      return { ...base, object: 'chat.completion', choices, usage }
    }

    async function* chunks() {
      const chunk = (delta: object, finish_reason: string | null = null) =>
        toEvent({ ...base, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })
      await wait(between(manner.firstToken), gone)
      yield chunk({ role: 'assistant', content: '' })
      for (const token of tokens) {
        yield chunk({ content: token })
        await wait(perToken, gone)
      }
      yield chunk({}, 'stop')
      if (asked.stream_options.include_usage) {
        yield toEvent({ ...base, object: 'chat.completion.chunk', choices: [], usage })
      }
      yield 'data: [DONE]\n\n'
    }
    return reply.type('text/event-stream').header('cache-control', 'no-cache').send(Readable.from(chunks()))
  })

  answerRefusals(app)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: `${address}/v1`, close: () => app.close() }
}

function answerRefusals(app: FastifyInstance): void {
  app.setErrorHandler((error: Error, _request, reply) => {
    const { status, type, message } =
      error instanceof Refusal ? error : new Refusal(500, 'server_error', error.message)
    if (status === 429) reply.header('retry-after', 2)
    return reply.code(status).send({ error: { message, type, param: null, code: type } })
  })
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not_found', 'accepted: GET /v1/models, POST /v1/chat/completions')
  })
}

function toEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

/** Aborts when the client leaves, so that no one is spoken to who does not listen. */
function toSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.on('close', () => gone.abort())
  return gone.signal
}

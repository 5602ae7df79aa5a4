import type { CallRecord, Ops } from '../../../src/index.js'
import type { ExchangeOptions, ModelExchange } from '../../../src/server/observe/model-exchange.js'
import { observeExchange } from '../../../src/server/observe/observe-exchange.js'
import { createTestOps, type TestOps } from '../../helpers/test-ops.js'

export interface Observation extends TestOps {
  exchange: ModelExchange
  /** The one call that was recorded. */
  call(): CallRecord
}

interface Begin {
  url?: string
  headers?: Record<string, string>
  options?: Partial<ExchangeOptions>
  core?: TestOps
}

/** Begins to watch an exchange, by default of a chat with OpenAI. */
export function observe({ url, headers = {}, options, core = createTestOps() }: Begin = {}): Observation {
  const exchange = observeExchange(
    core.ops,
    {
      method: 'POST',
      url: new URL(url ?? 'https://api.openai.com/v1/chat/completions'),
      header: (name) => headers[name],
    },
    { source: 'test', ...options },
    core.clock,
  )
  if (exchange === undefined) throw new Error('no model call')
  return { ...core, exchange, call: () => theCall(core.ops) }
}

function theCall(ops: Ops): CallRecord {
  const [call, ...others] = ops.calls()
  if (call === undefined || others.length > 0) throw new Error(`${others.length} other calls than one`)
  return call
}

export const CHAT = JSON.stringify({
  model: 'gpt-5',
  messages: [{ role: 'user', content: 'hi' }],
  stream: true,
})

/** Sends a whole request, by default of a streamed chat, and begins the response. */
export function ask(
  exchange: ModelExchange,
  request = CHAT,
  status = 200,
  headers: Record<string, string> = {},
): void {
  exchange.requestBody(request)
  exchange.requestEnd()
  exchange.response(status, (name) => headers[name])
}

export function toEvent(data: object | string): Buffer {
  return Buffer.from(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
}

/** A chunk of a chat that says `content`. */
export const say = (content: string): Buffer => toEvent({ choices: [{ index: 0, delta: { content } }] })
export const stop = (): Buffer => toEvent({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })

import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Agent } from './agent.js'
import { ApiError, parseBody } from './api-errors.js'
import { CHANNELS } from './channels.js'
import type { Conversations } from './conversations.js'
import { ModelError } from './model-client.js'
import { QueueFullError } from './worker-pool.js'

const SESSIONS = '1 to 64 letters, digits, spaces and . _ : @ -'
const TEXTS = 'a text of 1 to 4000 characters, not only spaces'

const chatBody = z.strictObject(
  {
    session: z.string(SESSIONS).regex(/^[\p{L}\p{N} ._:@-]{1,64}$/u, SESSIONS),
    text: z.string(TEXTS).max(4000, TEXTS).regex(/\S/, TEXTS),
    channel: z.enum(CHANNELS, CHANNELS.join(', ')).default('web'),
  },
  'a JSON object with session, text and optionally channel',
)

export interface ChatApiOptions {
  agent: Agent
  conversations: Conversations
  /** Aborts when the gateway closes. */
  closing: AbortSignal
}

/** The chat: `POST /api/chat`, `GET /api/sessions`, `GET /api/sessions/:session`. */
export function registerChatApi(
  app: FastifyInstance,
  { agent, conversations, closing }: ChatApiOptions,
): void {
  app.post('/api/chat', async (request, reply) => {
    const message = parseBody(chatBody, request.body)
    const signal = watchClient(reply, closing)
    try {
      return { session: message.session, reply: await agent.answer(message, signal) }
    } catch (error) {
      throw toApiError(error, closing)
    }
  })

  app.get('/api/sessions', () => ({ items: conversations.list() }))

  app.get<{ Params: { session: string } }>('/api/sessions/:session', (request) => {
    const { session } = request.params
    return { session, messages: conversations.history(session) }
  })
}

/** Aborts when the client leaves before it has its answer, and when the gateway closes. */
function watchClient(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const watch = new AbortController()
  const onClosing = () => watch.abort(closing.reason)
  if (closing.aborted) onClosing()
  closing.addEventListener('abort', onClosing)
  reply.raw.on('close', () => {
    closing.removeEventListener('abort', onClosing)
    if (!reply.raw.writableFinished) watch.abort(new Error('the client left'))
  })
  return watch.signal
}

function toApiError(error: unknown, closing: AbortSignal): unknown {
  if (closing.aborted)
    return new ApiError(503, 'SHUTTING_DOWN', 'the gateway is shutting down', { retryAfter: 2 })
  if (error instanceof QueueFullError)
    return new ApiError(503, 'QUEUE_FULL', error.message, { retryAfter: 2 })
  if (error instanceof ModelError) {
    const code = error.status === 429 ? 'MODEL_RATE_LIMITED' : 'MODEL_FAILED'
    return new ApiError(502, code, `the model did not answer: ${error.message}`, { cause: error })
  }
  return error
}

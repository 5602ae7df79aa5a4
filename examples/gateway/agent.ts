import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Ops, RequestHandle } from 'opswire'
import type { Conversations } from './conversations.js'
import { ModelError, type ModelClient, type ModelMessage } from './model-client.js'
import type { ModelRoutes } from './model-routes.js'
import { searchNotes, wantsSearch } from './tools.js'
import type { WorkerPool } from './worker-pool.js'

/** Messages of the conversation that a model gets with the new one. */
const HISTORY = 8
/** Milliseconds before the same route is tried again. */
const RETRY_PAUSE = 500

const INSTRUCTIONS = 'You are flynn, a helpful assistant behind a sample gateway. Answer in a few sentences.'

/** What a person wrote, and where. */
export interface IncomingMessage {
  session: string
  channel: string
  text: string
}

export interface AgentOptions {
  ops: Ops
  log: FastifyBaseLogger
  pool: WorkerPool
  conversations: Conversations
  routes: ModelRoutes
  model: ModelClient
}

export interface Agent {
  /**
   * Answers one message: it waits for a worker, may search the notes, then asks a model. All of it is recorded as
   * one request of kind `message`.
   *
   * @throws {QueueFullError} {@link ModelError}, and the signal's reason when the person left
   */
  answer(message: IncomingMessage, signal: AbortSignal): Promise<string>
}

/** The work behind a chat message. */
export function createAgent({ ops, log, pool, conversations, routes, model }: AgentOptions): Agent {
  const gatewayLog = log.child({ name: 'gateway' })
  const toolsLog = log.child({ name: 'tools' })

  async function work(
    message: IncomingMessage,
    request: RequestHandle,
    signal: AbortSignal,
  ): Promise<string> {
    const { session, channel, text } = message
    request.update({ activity: 'working' })
    const prompt = await compose(message, request, signal)
    conversations.add(session, channel, { role: 'user', text, time: Date.now() })
    const reply = await ask(message, request, prompt, signal)
    conversations.add(session, channel, { role: 'assistant', text: reply, time: Date.now() })
    return reply
  }

  async function compose({ session, text }: IncomingMessage, request: RequestHandle, signal: AbortSignal) {
    const prompt: ModelMessage[] = [{ role: 'system', content: INSTRUCTIONS }]
    if (wantsSearch(text)) {
      const startedAt = performance.now()
      request.update({ step: { kind: 'tool', name: 'search' } })
      const notes = await searchNotes(text, signal)
      request.update({ step: null })
      const duration = Math.round(performance.now() - startedAt)
      toolsLog.info(
        { session, requestId: request.id },
        `search finished hits=${notes.length} in ${duration} ms`,
      )
      const found = notes.map((note) => `- ${note.title}: ${note.text}`).join('\n')
      if (found) prompt.push({ role: 'system', content: `Notes that may help:\n${found}` })
    }
    for (const said of conversations.history(session, HISTORY))
      prompt.push({ role: said.role, content: said.text })
    prompt.push({ role: 'user', content: text })
    return prompt
  }

  async function ask(
    { session, channel, text }: IncomingMessage,
    request: RequestHandle,
    prompt: readonly ModelMessage[],
    signal: AbortSignal,
  ): Promise<string> {
    const route = routes.pick(channel)
    try {
      return await model.ask(request, route, prompt, signal)
    } catch (error) {
      // Whoever asks for a failure shall see one.
      const wanted = /^\/(fail|limit)\b/.test(text)
      if (wanted || !(error instanceof ModelError) || !error.transient) throw error
      const other = routes.fallback(route)
      const fields = { session, requestId: request.id, status: error.status }
      if (other.provider === route.provider) {
        gatewayLog.warn(fields, `retry ${route.provider} in ${RETRY_PAUSE} ms`)
        await sleep(RETRY_PAUSE, undefined, { signal })
      } else {
        gatewayLog.warn(fields, `fallback ${route.provider} → ${other.provider}`)
      }
      return await model.ask(request, other, prompt, signal)
    }
  }

  return {
    async answer(message, signal) {
      const { session, channel } = message
      const startedAt = performance.now()
      const request = ops.startRequest({ kind: 'message', session, channel, activity: 'queued' })
      const context = { session, requestId: request.id }
      gatewayLog.info(context, `message received session=${session} channel=${channel}`)
      try {
        const reply = await pool.run(() => work(message, request, signal), signal)
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
        gatewayLog.info(context, `message answered session=${session} in ${seconds} s`)
        request.end()
        return reply
      } catch (error) {
        if (signal.aborted) {
          gatewayLog.info(context, `message cancelled session=${session}`)
          request.cancel()
        } else {
          request.fail(error)
        }
        throw error
      }
    },
  }
}

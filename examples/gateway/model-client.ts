import OpenAI, { APIError, APIUserAbortError } from 'openai'
import type { RequestHandle } from 'opswire'
import type { ModelRoute } from './model-routes.js'
import type { UsageTally } from './usage.js'

export interface ModelMessage {
  role: 'system' | 'user' | 'assistant' | (string & {})
  content: string
}

/** A model call that failed. */
export class ModelError extends Error {
  /** The HTTP status of the provider's answer; absent when there was none. */
  readonly status: number | undefined
  /** Whether another try, or another model, may do better. */
  readonly transient: boolean

  constructor(message: string, name: string, status: number | undefined, cause: unknown) {
    super(message, { cause })
    this.name = name
    this.status = status
    this.transient = status === undefined || status === 429 || status >= 500
  }
}

export interface ModelClientOptions {
  baseUrl: string
  apiKey: string | undefined
  usage: UsageTally
  /** Milliseconds that a whole answer may take. Default: 120,000. */
  deadline?: number
}

export interface ModelClient {
  /**
   * Asks a model and gives its whole answer. The call is recorded while it streams, as a call of `request`.
   *
   * @throws {ModelError} when the model failed, and the signal's reason when it aborts
   */
  ask(
    request: RequestHandle,
    route: ModelRoute,
    messages: readonly ModelMessage[],
    signal: AbortSignal,
  ): Promise<string>
}

/** Model calls over the official client, without its own retries: the gateway decides about those, and shows them. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const { baseUrl, apiKey, usage, deadline = 120_000 } = options
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    // Given, so that the client does not look for them in the environment.
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: deadline,
    logLevel: 'off',
  })

  return {
    async ask(request, route, messages, signal) {
      const call = request.startCall({ ...route, streaming: true })
      // The client's own timeout ends with the response's headers; a stream may stall after them.
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(), deadline)
      const abort = () => late.abort()
      signal.addEventListener('abort', abort)
      try {
        signal.throwIfAborted()
        const stream = await client.chat.completions.create(
          {
            model: route.model,
            messages: messages as OpenAI.ChatCompletionMessageParam[],
            stream: true,
            stream_options: { include_usage: true },
          },
          { signal: late.signal },
        )
        let reply = ''
        let outputTokens = 0
        let finishReason: string | undefined
        let reported: OpenAI.CompletionUsage | undefined
        for await (const chunk of stream) {
          const choice = chunk.choices[0]
          reported = chunk.usage ?? reported
          finishReason = choice?.finish_reason ?? finishReason
          if (!choice?.delta.content) continue
          reply += choice.delta.content
          outputTokens += 1
          call.progress({ outputTokens, estimated: true })
        }
        // The client ends an aborted stream quietly.
        if (late.signal.aborted) throw new APIUserAbortError()
        const tokens = reported && {
          inputTokens: reported.prompt_tokens,
          outputTokens: reported.completion_tokens,
        }
        call.end({ ...tokens, ...(finishReason && { finishReason }) })
        usage.record({ ...route, ...tokens, failed: false })
        return reply
      } catch (thrown) {
        if (signal.aborted) {
          call.cancel()
          throw signal.reason
        }
        const error = toModelError(thrown, late.signal.aborted ? deadline : undefined, apiKey)
        call.fail(error, error.status === undefined ? {} : { httpStatus: error.status })
        usage.record({ ...route, failed: true })
        throw error
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
      }
    },
  }
}

function toModelError(
  thrown: unknown,
  passedDeadline: number | undefined,
  apiKey: string | undefined,
): ModelError {
  if (passedDeadline !== undefined) {
    return new ModelError(
      `no whole answer within ${passedDeadline / 1000} s`,
      'TimeoutError',
      undefined,
      thrown,
    )
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const status = error instanceof APIError ? (error.status as number | undefined) : undefined
  // Some endpoints repeat the key they refuse.
  const message = apiKey ? error.message.replaceAll(apiKey, '[key]') : error.message
  return new ModelError(message, error.constructor.name, status, thrown)
}

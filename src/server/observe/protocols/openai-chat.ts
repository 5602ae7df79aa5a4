import { list, object, TEXT } from '../json-shape.js'
import type { Usage } from '../reply.js'
import { count, document, DONE, ERROR, FINISH_REASON, MODEL, type Protocol } from './protocol.js'

const USAGE = object({
  prompt_tokens: count('input'),
  completion_tokens: count('output'),
  prompt_tokens_details: object({ cached_tokens: count('cacheRead') }),
  completion_tokens_details: object({ reasoning_tokens: count('reasoning') }),
  // DeepSeek
  prompt_cache_hit_tokens: count('cacheRead'),
})

const CALLED = object({ name: TEXT, arguments: TEXT })

/** A whole message, or what is new of it. Reasoning has two names: DeepSeek's and OpenRouter's. */
const SAID = object({
  // A list of parts at Mistral.
  content: { ...TEXT, ...list(object({ text: TEXT, thinking: list(object({ text: TEXT })) })) },
  reasoning_content: TEXT,
  reasoning: TEXT,
  refusal: TEXT,
  tool_calls: list(object({ function: CALLED, custom: object({ name: TEXT, input: TEXT }) })),
  function_call: CALLED,
  audio: object({ transcript: TEXT }),
})

/** OpenAI's chat completions, completions and embeddings, and what is compatible with them. */
export const openaiChat: Protocol = {
  content: ['messages', 'prompt', 'input'],
  streamsByDefault: false,
  reply: {
    ...document({
      model: MODEL,
      choices: list(
        object({ delta: SAID, message: SAID, text: TEXT, finish_reason: FINISH_REASON, error: ERROR }),
      ),
      usage: USAGE,
      // Groq
      x_groq: object({ usage: USAGE, error: ERROR }),
      error: ERROR,
    }),
    ...list(DONE),
  },
  toCounts: toOpenaiCounts,
}

/** Input holds what was cached, output what was reasoned. */
export function toOpenaiCounts({
  input,
  cacheRead,
  output,
  reasoning,
}: Usage): ReturnType<Protocol['toCounts']> {
  return { inputTokens: input, cachedTokens: cacheRead, outputTokens: output, reasoningTokens: reasoning }
}

import { list, name, object, TEXT } from '../json-shape.js'
import { count, document, ERROR, FINISH_REASON, MODEL, type Protocol } from './protocol.js'

const INPUT_USAGE = {
  input_tokens: count('input'),
  cache_read_input_tokens: count('cacheRead'),
  cache_creation_input_tokens: count('cacheWrite'),
}

/** Anthropic's messages. */
export const anthropicMessages: Protocol = {
  content: ['messages'],
  streamsByDefault: false,
  reply: document({
    type: name((reply, type) => {
      if (type === 'message_stop') reply.isFinished = true
    }),
    model: MODEL,
    // Of `message_start`. The output tokens that it names are a placeholder.
    message: object({ model: MODEL, usage: object(INPUT_USAGE) }),
    // Of `content_block_start`: the tool that is called.
    content_block: object({ name: TEXT }),
    // Of `content_block_delta`, and of `message_delta`.
    delta: object({ text: TEXT, thinking: TEXT, partial_json: TEXT, stop_reason: FINISH_REASON }),
    // Of a reply in one piece.
    content: list(object({ text: TEXT, thinking: TEXT, name: TEXT, input: TEXT })),
    stop_reason: FINISH_REASON,
    // Of `message_delta`, where they are totals, and of a reply in one piece.
    usage: object({
      ...INPUT_USAGE,
      output_tokens: count('output'),
      output_tokens_details: object({ thinking_tokens: count('reasoning') }),
    }),
    error: ERROR,
  }),
  toCounts: ({ input, cacheRead, cacheWrite, output, reasoning }) => ({
    // It leaves out of the input what went through the cache.
    inputTokens: input === undefined ? undefined : input + (cacheRead ?? 0) + (cacheWrite ?? 0),
    cachedTokens: cacheRead,
    outputTokens: output,
    reasoningTokens: reasoning,
  }),
}

import { list, object, TEXT, value } from '../json-shape.js'
import { toOpenaiCounts } from './openai-chat.js'
import { count, document, ERROR, FINISH_REASON, MODEL, type Protocol } from './protocol.js'

/** Ollama's chat, generate and embed: lines of JSON. */
export const ollama: Protocol = {
  content: ['messages', 'prompt', 'input'],
  streamsByDefault: true,
  reply: document({
    model: MODEL,
    message: object({
      content: TEXT,
      thinking: TEXT,
      tool_calls: list(object({ function: object({ name: TEXT, arguments: TEXT }) })),
    }),
    // Of generate.
    response: TEXT,
    thinking: TEXT,
    done: value((reply, done) => {
      if (done === true) reply.isFinished = true
    }),
    done_reason: FINISH_REASON,
    prompt_eval_count: count('input'),
    prompt_eval_cached_count: count('cacheRead'),
    eval_count: count('output'),
    error: ERROR,
  }),
  toCounts: toOpenaiCounts,
}

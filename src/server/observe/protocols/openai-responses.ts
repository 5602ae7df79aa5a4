import { list, name, object, TEXT, value } from '../json-shape.js'
import type { Reply } from '../reply.js'
import { toOpenaiCounts } from './openai-chat.js'
import { count, document, DONE, ERROR, MESSAGE, MODEL, type Protocol } from './protocol.js'

/** States in which there is more to come, here or elsewhere. */
const UNDER_WAY = new Set(['in_progress', 'queued'])

const RESPONSE = {
  model: MODEL,
  status: name<Reply>((reply, status) => {
    if (!UNDER_WAY.has(status)) reply.finish(reply.finishReason ?? status)
  }),
  incomplete_details: object<Reply>({ reason: name((reply, reason) => reply.finish(reason)) }),
  usage: object({
    input_tokens: count('input'),
    output_tokens: count('output'),
    input_tokens_details: object({ cached_tokens: count('cacheRead') }),
    output_tokens_details: object({ reasoning_tokens: count('reasoning') }),
  }),
  error: ERROR,
}

/** OpenAI's responses, and what is compatible with them. */
export const openaiResponses: Protocol = {
  content: ['input', 'prompt', 'previous_response_id', 'conversation'],
  streamsByDefault: false,
  reply: {
    ...document({
      // Of all events that bring something new. Those that end in `done` repeat it under other names.
      delta: TEXT,
      // Of the events of the whole: created, completed and so on.
      response: object(RESPONSE),
      // Of the event `error`.
      message: MESSAGE,
      code: value((reply, code) => {
        if (typeof code === 'string') reply.fail({ code })
      }),
      // Of a response in one piece.
      ...RESPONSE,
      output: list(
        object({ content: list(object({ text: TEXT })), name: TEXT, arguments: TEXT, input: TEXT }),
      ),
    }),
    ...list(DONE),
  },
  toCounts: toOpenaiCounts,
}

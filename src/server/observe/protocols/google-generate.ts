import { list, object, TEXT } from '../json-shape.js'
import { count, document, ERROR, FINISH_REASON, MODEL, type Protocol } from './protocol.js'

const RESPONSE = document({
  candidates: list(
    object({
      content: object({
        parts: list(
          object({
            text: TEXT,
            functionCall: object({ name: TEXT, args: TEXT }),
            executableCode: object({ code: TEXT }),
          }),
        ),
      }),
      finishReason: FINISH_REASON,
    }),
  ),
  promptFeedback: object({ blockReason: FINISH_REASON }),
  usageMetadata: object({
    promptTokenCount: count('input'),
    cachedContentTokenCount: count('cacheRead'),
    candidatesTokenCount: count('output'),
    thoughtsTokenCount: count('reasoning'),
  }),
  modelVersion: MODEL,
  error: ERROR,
})

/** Google's generateContent and streamGenerateContent, as events or as one array. */
export const googleGenerate: Protocol = {
  content: ['contents'],
  streamsByDefault: false,
  reply: { ...RESPONSE, ...list(RESPONSE) },
  toCounts: ({ input, cacheRead, output, reasoning }) => ({
    inputTokens: input,
    cachedTokens: cacheRead,
    // It leaves the thoughts out of what the candidates hold.
    outputTokens:
      output === undefined && reasoning === undefined ? undefined : (output ?? 0) + (reasoning ?? 0),
    reasoningTokens: reasoning,
  }),
}

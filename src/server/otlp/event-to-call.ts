import { toErrorText, toText } from '../../bus/plain.js'
import type { CodingAgent } from './agent-event.js'
import { ERROR_MESSAGE, ERROR_TYPE } from './attribute-names.js'
import { numberOf, textOf } from './attributes.js'
import { toFailureText } from './failure-text.js'
import {
  toFinishReason,
  toHttpStatus,
  toModels,
  toProviderName,
  toSession,
  toTokenCounts,
  type Failure,
  type ModelCall,
} from './model-call.js'
import type { Attributes } from './telemetry.js'

const LEAST_FAILURE = 400
const TYPE_LENGTH = 100
const TIME_TO_FIRST_TOKEN = ['ttft_ms']
const PROVIDERS: Record<CodingAgent, string> = {
  claude_code: 'anthropic',
  codex: 'openai',
  gemini_cli: 'gcp.gemini',
}

/** What an event of a coding agent tells of a model call that took `duration` milliseconds. */
export function eventToCall(agent: CodingAgent, attributes: Attributes, duration: number): ModelCall {
  const time = numberOf(attributes, TIME_TO_FIRST_TOKEN) ?? 0
  const timeToFirstToken = time > 0 && time <= duration ? time : undefined
  const tokens = toTokenCounts(attributes, agent === 'claude_code')
  // Gemini counts what it thought apart from what it said.
  if (agent === 'gemini_cli' && tokens.outputTokens !== undefined)
    tokens.outputTokens += tokens.reasoningTokens ?? 0
  return {
    provider: toProviderName(attributes, PROVIDERS[agent]),
    ...toModels(attributes),
    operation: 'chat',
    session: toSession(attributes),
    streaming: agent === 'codex' || timeToFirstToken !== undefined ? true : undefined,
    tokens,
    timeToFirstToken,
    finishReason: toFinishReason(attributes),
    httpStatus: toHttpStatus(attributes),
  }
}

/** How an event says that a call failed; undefined when it says nothing of that. */
export function toEventFailure(attributes: Attributes): Failure | undefined {
  const status = toHttpStatus(attributes) ?? 0
  const message = textOf(attributes, ERROR_MESSAGE)
  const type = textOf(attributes, ERROR_TYPE)
  if (status < LEAST_FAILURE && message === undefined && type === undefined) return undefined
  const named = type ?? (status >= LEAST_FAILURE ? String(status) : '_OTHER')
  const told = toFailureText(message ?? '')
  return { type: toText(named, TYPE_LENGTH), message: toErrorText(told === '' ? named : told) }
}

import { toName } from '../../bus/plain.js'
import type { TokenCounts } from '../../bus/messages.js'
import { jsonMemberOf, numberOf, textOf } from './attributes.js'
import {
  CACHE_READ_TOKENS,
  CACHE_WRITE_TOKENS,
  FINISH_REASON,
  HTTP_STATUS,
  INPUT_TOKENS,
  METADATA,
  OUTPUT_TOKENS,
  PROVIDER,
  REASONING_TOKENS,
  REQUEST_MODEL,
  RESPONSE_MODEL,
  SERVER_ADDRESS,
  SESSION,
  ZERO_IS_UNKNOWN,
} from './attribute-names.js'
import { toProvider } from './provider.js'
import type { Attributes } from './telemetry.js'

export interface Failure {
  /** A word that groups failures. */
  type: string
  message: string
}

/** A model call as a span or an event tells of it. What is absent is unknown. */
export interface ModelCall {
  provider: string
  /** The model that was asked for; when that is unknown, the one that answered. */
  model: string
  /** The model that answered, when it is another. */
  answeredBy?: string | undefined
  operation: string
  session?: string | undefined
  streaming?: boolean | undefined
  tokens: TokenCounts
  /** Milliseconds. */
  timeToFirstToken?: number | undefined
  finishReason?: string | undefined
  httpStatus?: number | undefined
  /** Absent when it succeeded, or runs. */
  failure?: Failure | undefined
}

/** The models that a call names, to tell whether two spans are about the same. */
export function modelsOf({ model, answeredBy }: Pick<ModelCall, 'model' | 'answeredBy'>): string[] {
  return answeredBy === undefined ? [model] : [model, answeredBy]
}

/** The provider; without a name for it, the server that was called. */
export function toProviderName(attributes: Attributes, byDefault = 'unknown'): string {
  const named =
    textOf(attributes, PROVIDER) ??
    jsonMemberOf(attributes, METADATA, 'ls_provider') ??
    textOf(attributes, SERVER_ADDRESS)
  return toName(toProvider(typeof named === 'string' ? named : byDefault))!
}

export function toModels(attributes: Attributes): Pick<ModelCall, 'model' | 'answeredBy'> {
  const requested = textOf(attributes, REQUEST_MODEL)
  const responded = textOf(attributes, RESPONSE_MODEL)
  const model = toName(requested ?? responded ?? 'unknown')!
  return { model, ...(responded !== undefined && responded !== model && { answeredBy: toName(responded) }) }
}

export function toSession(attributes: Attributes): string | undefined {
  const session = textOf(attributes, SESSION) ?? jsonMemberOf(attributes, METADATA, 'session_id')
  return typeof session === 'string' ? toName(session) : undefined
}

export function toFinishReason(attributes: Attributes): string | undefined {
  return toName(textOf(attributes, FINISH_REASON))
}

/** The status of the provider's answer; undefined for what no answer has. */
export function toHttpStatus(attributes: Attributes): number | undefined {
  const status = numberOf(attributes, HTTP_STATUS)
  return Number.isInteger(status) && status! >= 100 && status! <= 599 ? status : undefined
}

/**
 * Input tokens include those from a cache, by the conventions. `isCacheApart` is for emitters that hand on Anthropic's
 * own count, which leaves them out.
 */
export function toTokenCounts(attributes: Attributes, isCacheApart: boolean): TokenCounts {
  const input = countOf(attributes, INPUT_TOKENS)
  const cached = countOf(attributes, CACHE_READ_TOKENS)
  const apart = isCacheApart ? (cached ?? 0) + (countOf(attributes, CACHE_WRITE_TOKENS) ?? 0) : 0
  return {
    inputTokens: input === undefined ? undefined : input + apart,
    outputTokens: countOf(attributes, OUTPUT_TOKENS),
    cachedTokens: cached,
    reasoningTokens: countOf(attributes, REASONING_TOKENS),
  }
}

export function hasTokens({ inputTokens, outputTokens }: TokenCounts): boolean {
  return inputTokens !== undefined || outputTokens !== undefined
}

function countOf(attributes: Attributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const count = numberOf(attributes, [name])
    if (count === undefined || count < 0 || (count === 0 && name.startsWith(ZERO_IS_UNKNOWN))) continue
    return count
  }
  return undefined
}

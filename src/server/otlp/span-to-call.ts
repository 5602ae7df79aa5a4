import { toErrorText, toText } from '../../bus/plain.js'
import { flagOf, jsonMemberOf, numberOf, textOf } from './attributes.js'
import {
  ERROR_CATEGORY,
  ERROR_MESSAGE,
  ERROR_TYPE,
  EXCEPTION_EVENT,
  EXCEPTION_MESSAGE,
  EXCEPTION_TYPE,
  FINISH_REASON,
  FIRST_CHUNK_EVENT,
  INVOCATION_PARAMETERS,
  OPENINFERENCE_KIND,
  OPERATION,
  SDK_OPERATION,
  STREAMING,
  TIME_TO_FIRST_TOKEN,
  TRACELOOP_REQUEST_TYPE,
} from './attribute-names.js'
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
import { toMicroseconds } from './span-work.js'
import type { AttributeValue, Span } from './telemetry.js'

const STATUS_ERROR = 2
const TYPE_LENGTH = 100
/** What conventions call an error that they have no name for. */
const OTHER_ERROR = '_OTHER'

/** Scopes and spans whose input tokens leave out the cached ones. */
const CACHE_APART_SCOPE = '@traceloop/instrumentation-anthropic'
const CACHE_APART_SPAN = 'claude_code.llm_request'
/** Its clock begins when the stream is open: what it calls the time to first token is the time to the second. */
const LATE_CLOCK_SCOPE = '@openlit/'

/** What a span of a model call tells. `duration` in milliseconds, undefined while it runs. */
export function spanToCall(span: Span, duration: number | undefined): ModelCall {
  const { attributes, origin } = span
  const timeToFirstToken = toTimeToFirstToken(span, duration)
  return {
    provider: toProviderName(attributes),
    ...toModels(attributes),
    operation: toOperation(span),
    session: toSession(attributes),
    streaming: timeToFirstToken !== undefined || toStreaming(span),
    tokens: toTokenCounts(
      attributes,
      origin.scope.startsWith(CACHE_APART_SCOPE) || span.name === CACHE_APART_SPAN,
    ),
    timeToFirstToken,
    finishReason: toFinishReason(attributes),
    httpStatus: toHttpStatus(attributes),
    failure: duration === undefined ? undefined : toFailure(span, 400),
  }
}

/**
 * How a span that has ended failed, undefined when it did not. An unset status is a success: most emitters leave it.
 * `leastStatus` is the least HTTP status that is a failure.
 */
export function toFailure(span: Span, leastStatus: number): Failure | undefined {
  const { attributes, statusCode, statusMessage, events } = span
  const exception = events.find(({ name }) => name === EXCEPTION_EVENT)?.attributes ?? new Map<never, never>()
  const httpStatus = toHttpStatus(attributes) ?? 0
  const errorType = textOf(attributes, ERROR_TYPE)
  const category = textOf(attributes, [ERROR_CATEGORY])
  const hasFailed =
    statusCode === STATUS_ERROR ||
    errorType !== undefined ||
    httpStatus >= leastStatus ||
    category !== undefined ||
    includesError(attributes.get(FINISH_REASON[0]!))
  if (!hasFailed) return undefined
  const type =
    errorType ??
    textOf(exception, EXCEPTION_TYPE) ??
    (httpStatus >= leastStatus ? String(httpStatus) : undefined) ??
    category ??
    OTHER_ERROR
  const message = [statusMessage, textOf(exception, EXCEPTION_MESSAGE), textOf(attributes, ERROR_MESSAGE)]
    .map((text) => toFailureText(text ?? ''))
    .find((text) => text !== '' && text !== 'true')
  return {
    type: toText(type, TYPE_LENGTH),
    message: toErrorText(message ?? type),
  }
}

function toOperation({ attributes }: Span): string {
  const named = textOf(attributes, [OPERATION])
  if (named !== undefined) return named
  const isEmbedding =
    textOf(attributes, [SDK_OPERATION])?.endsWith('.doEmbed') === true ||
    textOf(attributes, [OPENINFERENCE_KIND])?.toUpperCase() === 'EMBEDDING' ||
    textOf(attributes, [TRACELOOP_REQUEST_TYPE]) === 'embedding'
  return isEmbedding ? 'embeddings' : 'chat'
}

/** Undefined when nothing is said of it. LangChain says that it does not stream, also when it does. */
function toStreaming({ attributes }: Span): boolean | undefined {
  if (textOf(attributes, [SDK_OPERATION])?.endsWith('.doStream')) return true
  if (jsonMemberOf(attributes, INVOCATION_PARAMETERS, 'stream') === true) return true
  return flagOf(attributes, STREAMING)
}

/** In milliseconds. One that is longer than the call, or none at all, is a mistake. */
function toTimeToFirstToken(span: Span, duration: number | undefined): number | undefined {
  if (span.origin.scope.startsWith(LATE_CLOCK_SCOPE)) return undefined
  let time: number | undefined
  for (const [name, unit] of TIME_TO_FIRST_TOKEN) {
    const value = numberOf(span.attributes, [name])
    if (value === undefined) continue
    time = value * unit
    break
  }
  const firstChunk = span.events.find(({ name }) => name === FIRST_CHUNK_EVENT)
  if (time === undefined && firstChunk !== undefined) time = firstChunk.time - span.start
  if (time === undefined || time <= 0 || time > (duration ?? Infinity)) return undefined
  return toMicroseconds(time)
}

function includesError(finishReasons: AttributeValue | undefined): boolean {
  return Array.isArray(finishReasons) ? finishReasons.includes('error') : finishReasons === 'error'
}

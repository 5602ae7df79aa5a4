/*
 * What emitters call the same thing, today's names before older ones. The GenAI conventions were renamed more than
 * once, and others came before them: OpenInference (`llm.`), the AI SDK (`ai.`), Traceloop, OpenClaw, the events of
 * Claude Code, Codex and Gemini CLI.
 */

export const OPERATION = 'gen_ai.operation.name'
export const SDK_OPERATION = 'ai.operationId'
export const OPENINFERENCE_KIND = 'openinference.span.kind'
export const TRACELOOP_KIND = 'traceloop.span.kind'
export const TRACELOOP_REQUEST_TYPE = 'llm.request.type'

export const PROVIDER = [
  'gen_ai.provider.name',
  'gen_ai.system',
  'ai.model.provider',
  'llm.provider',
  'llm.system',
  'openclaw.provider',
]
export const SERVER_ADDRESS = ['server.address']
export const RESPONSE_MODEL = ['gen_ai.response.model', 'ai.response.model', 'llm.response.model_name']
export const REQUEST_MODEL = [
  'gen_ai.request.model',
  'ai.model.id',
  'llm.request.model_name',
  'llm.model_name',
  'embedding.model_name',
  'openclaw.model',
  'model',
]

export const INPUT_TOKENS = [
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.prompt_tokens',
  'llm.usage.prompt_tokens',
  'llm.token_count.prompt',
  'ai.usage.inputTokens',
  'ai.usage.promptTokens',
  'ai.usage.tokens',
  'openclaw.tokens.input',
  'input_tokens',
  'input_token_count',
]
export const OUTPUT_TOKENS = [
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.completion_tokens',
  'llm.usage.completion_tokens',
  'llm.token_count.completion',
  'ai.usage.outputTokens',
  'ai.usage.completionTokens',
  'openclaw.tokens.output',
  'output_tokens',
  'output_token_count',
]
export const CACHE_READ_TOKENS = [
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_read_input_tokens',
  'llm.token_count.prompt_details.cache_read',
  'ai.usage.cachedInputTokens',
  'ai.usage.inputTokenDetails.cacheReadTokens',
  'openclaw.tokens.cache_read',
  'cache_read_tokens',
  'cached_token_count',
  'cached_content_token_count',
]
export const CACHE_WRITE_TOKENS = [
  'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.cache_creation_input_tokens',
  'llm.token_count.prompt_details.cache_write',
  'ai.usage.inputTokenDetails.cacheWriteTokens',
  'openclaw.tokens.cache_write',
  'cache_creation_tokens',
]
export const REASONING_TOKENS = [
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.usage.reasoning_tokens',
  'llm.token_count.completion_details.reasoning',
  'ai.usage.reasoningTokens',
  'ai.usage.outputTokenDetails.reasoningTokens',
  'reasoning_token_count',
  'thoughts_token_count',
]
/** OpenClaw writes 0 for what it does not know. */
export const ZERO_IS_UNKNOWN = 'openclaw.tokens.'

/** Milliseconds in one unit of each. */
export const TIME_TO_FIRST_TOKEN: readonly (readonly [name: string, unit: number])[] = [
  ['gen_ai.response.time_to_first_chunk', 1000],
  ['gen_ai.client.operation.time_to_first_chunk', 1000],
  ['gen_ai.client.inference.time_to_first_chunk', 1000],
  ['gen_ai.server.time_to_first_token', 1000],
  ['gen_ai.server.ttft', 1000],
  ['ai.response.msToFirstChunk', 1],
  ['openclaw.model_call.time_to_first_byte_ms', 1],
  ['ttft_ms', 1],
]
export const FIRST_CHUNK_EVENT = 'ai.stream.firstChunk'

export const STREAMING = ['gen_ai.request.stream', 'gen_ai.request.is_stream']
/** JSON: what the model was asked with. */
export const INVOCATION_PARAMETERS = 'llm.invocation_parameters'
/** JSON: what LangChain knows of a run. */
export const METADATA = 'metadata'

export const FINISH_REASON = [
  'gen_ai.response.finish_reasons',
  'ai.response.finishReason',
  'llm.finish_reason',
  'stop_reason',
  'finish_reasons',
]
export const HTTP_STATUS = ['http.response.status_code', 'http.status_code', 'status_code']
export const ERROR_TYPE = ['error.type', 'error_type']
export const ERROR_CATEGORY = 'openclaw.errorCategory'
export const ERROR_MESSAGE = ['error.message', 'error']
export const EXCEPTION_EVENT = 'exception'
export const EXCEPTION_TYPE = ['exception.type']
export const EXCEPTION_MESSAGE = ['exception.message']

export const SESSION = [
  'gen_ai.conversation.id',
  'session.id',
  'langfuse.session.id',
  'ai.telemetry.metadata.sessionId',
  'traceloop.association.properties.session_id',
  'conversation.id',
]
export const CHANNEL = ['openclaw.channel']
export const OUTCOME = ['openclaw.outcome']
export const AGENT_NAME = [
  'gen_ai.agent.name',
  'gen_ai.workflow.name',
  'agent.name',
  'ai.telemetry.functionId',
  'traceloop.entity.name',
]
export const TOOL_NAME = [
  'gen_ai.tool.name',
  'tool.name',
  'ai.toolCall.name',
  'openclaw.toolName',
  'traceloop.entity.name',
  'tool_name',
]
export const HTTP_METHOD = ['http.request.method', 'http.method']
export const HTTP_ROUTE = ['http.route']
export const PENDING = 'logfire.span_type'
export const PENDING_PARENT = 'logfire.pending_parent_id'
export const PROVIDER_REQUEST = 'request_id'
export const DURATION = ['duration_ms']

/** Every attribute of a span that anything here reads. */
export const SPAN_ATTRIBUTES: ReadonlySet<string> = new Set([
  OPERATION,
  SDK_OPERATION,
  OPENINFERENCE_KIND,
  TRACELOOP_KIND,
  TRACELOOP_REQUEST_TYPE,
  INVOCATION_PARAMETERS,
  METADATA,
  ERROR_CATEGORY,
  PENDING,
  PENDING_PARENT,
  PROVIDER_REQUEST,
  ...[PROVIDER, SERVER_ADDRESS, RESPONSE_MODEL, REQUEST_MODEL].flat(),
  ...[INPUT_TOKENS, OUTPUT_TOKENS, CACHE_READ_TOKENS, CACHE_WRITE_TOKENS, REASONING_TOKENS].flat(),
  ...TIME_TO_FIRST_TOKEN.map(([name]) => name),
  ...[STREAMING, FINISH_REASON, HTTP_STATUS, ERROR_TYPE, ERROR_MESSAGE].flat(),
  ...[SESSION, CHANNEL, OUTCOME, AGENT_NAME, TOOL_NAME, HTTP_METHOD, HTTP_ROUTE].flat(),
])

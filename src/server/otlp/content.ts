/*
 * What people said to models, what models and tools answered, and what tools were given. None of it is kept unless the
 * operator asks for it.
 */

const NAMES = new Set([
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.definitions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.request.instructions',
  'gen_ai.retrieval.documents',
  'gen_ai.retrieval.query.text',
  'gen_ai.evaluation.explanation',
  'input.value',
  'output.value',
  'llm.prompts',
  'llm.completions',
  'llm.tools',
  'llm.function_call',
  'embedding.text',
  'tool.parameters',
  'ai.response.text',
  'ai.response.object',
  'ai.response.reasoning',
  'ai.response.toolCalls',
  'ai.response.files',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'ai.schema',
  'ai.value',
  'ai.values',
  'ai.embedding',
  'ai.embeddings',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'langfuse.trace.input',
  'langfuse.trace.output',
  'mlflow.spanInputs',
  'mlflow.spanOutputs',
  'all_messages_events',
  'pydantic_ai.all_messages',
  'final_result',
  'prompt',
  'prompts',
  'completion',
  'messages',
  'system_prompt',
  'request_text',
  'response_text',
  'request_data',
  'response_data',
])

const PREFIXES = [
  'gen_ai.prompt.',
  'gen_ai.completion.',
  'gen_ai.input.messages.',
  'gen_ai.output.messages.',
  'llm.input_messages',
  'llm.output_messages',
  'llm.prompts.',
  'llm.completions.',
  'llm.prompt_template.',
  'llm.tools.',
  'embedding.embeddings',
  'retrieval.documents',
  'reranker.input_documents',
  'reranker.output_documents',
  'reranker.query',
  'ai.prompt',
  'openclaw.content.',
]

/** Labels of a prompt, under one of the prefixes. */
const LABELS = new Set(['gen_ai.prompt.name', 'gen_ai.prompt.version', 'llm.prompt_template.version'])

/** Names that are content in the events of a coding agent, and may be anything elsewhere. */
const AGENT_EVENT_NAMES = new Set([
  'arguments',
  'body',
  'content',
  'output',
  'result',
  'response',
  'text',
  'function_args',
  'tool_input',
  'tool_output',
  'tool_parameters',
  'input',
  'command',
  'hook_input',
  'hook_output',
])

/** Events whose body is the content: a message to or from a model. */
const BODY_EVENTS =
  /^(gen_ai\.(system|user|assistant|tool)\.message|gen_ai\.choice|gen_ai\.client\.inference\.operation\.details|gen_ai\.content\.(prompt|completion))$/

/** Whether an attribute of this name holds what was said. */
export function isContent(name: string): boolean {
  return NAMES.has(name) || (PREFIXES.some((prefix) => name.startsWith(prefix)) && !LABELS.has(name))
}

/** Whether it does so in an event of a coding agent. */
export function isContentOfAgentEvent(name: string): boolean {
  return AGENT_EVENT_NAMES.has(name)
}

/** Whether the body of an event of this name is what was said. */
export function isContentEvent(eventName: string): boolean {
  return BODY_EVENTS.test(eventName)
}

import { describe, expect, it } from 'vitest'
import { FORMS, spanId, toLogs, toTraces, type Attributes, type LogOptions } from '../helpers/otlp.js'
import { startOtlpHost, type OtlpHost } from '../helpers/otlp-host.js'

/** In every place where somebody's words travel. */
const SECRET = 'my dark secret'

const CALL_ATTRIBUTES = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.definitions',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.prompt.0.content',
  'gen_ai.completion.0.content',
  'input.value',
  'output.value',
  'llm.input_messages.0.message.content',
  'llm.output_messages.0.message.content',
  'llm.prompts',
  'ai.prompt',
  'ai.prompt.messages',
  'ai.response.text',
  'ai.response.object',
  'ai.response.toolCalls',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'openclaw.content.input_messages',
  'embedding.text',
  'langfuse.observation.input',
  'pydantic_ai.all_messages',
]
const TOOL_ATTRIBUTES = [
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'tool.parameters',
  'openclaw.content.tool_input',
]
const secrets = (names: string[]): Attributes => Object.fromEntries(names.map((name) => [name, SECRET]))

const traces = toTraces([
  {
    id: 'call',
    parent: 'request',
    attributes: { 'gen_ai.operation.name': 'chat', ...secrets(CALL_ATTRIBUTES) },
    events: [
      { name: 'gen_ai.user.message', at: 1, attributes: { content: SECRET } },
      { name: 'gen_ai.content.prompt', at: 1, attributes: { 'gen_ai.prompt': SECRET } },
      { name: 'exception', at: 1, attributes: { 'exception.stacktrace': SECRET, 'exception.type': 'E' } },
    ],
  },
  {
    id: 'tool',
    parent: 'request',
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'search',
      ...secrets(TOOL_ATTRIBUTES),
    },
  },
  { id: 'request', kind: 2, attributes: { ...secrets(CALL_ATTRIBUTES), 'http.request.body': SECRET } },
])
const records: LogOptions[] = [
  { event: 'gen_ai.user.message', body: { content: SECRET }, attributes: { 'gen_ai.system': 'openai' } },
  { event: 'gen_ai.choice', body: { message: { content: SECRET } } },
  { event: 'gen_ai.client.inference.operation.details', body: SECRET, attributes: secrets(CALL_ATTRIBUTES) },
  { body: { messages: [SECRET] }, attributes: { 'gen_ai.provider.name': 'openai' } },
  { body: 'plain', attributes: secrets(['prompt', 'completion', 'messages', ...CALL_ATTRIBUTES]) },
  { event: 'claude_code.user_prompt', attributes: { prompt: SECRET, prompt_length: 14 } },
  {
    event: 'claude_code.tool_result',
    attributes: { tool_name: 'Bash', tool_parameters: SECRET, tool_input: SECRET },
  },
  { event: 'claude_code.api_request_body', attributes: { body: SECRET, model: 'claude-x' } },
  { event: 'claude_code.api_request', attributes: { model: 'm', request_text: SECRET, body: SECRET } },
  { event: 'codex.user_prompt', attributes: { prompt: SECRET } },
  { event: 'codex.tool_result', attributes: { arguments: SECRET, output: SECRET, tool_name: 'shell' } },
  { event: 'gemini_cli.user_prompt', attributes: { prompt: SECRET } },
  { event: 'gemini_cli.api_request', attributes: { request_text: SECRET, model: 'm' } },
  { event: 'gemini_cli.api_response', attributes: { response_text: SECRET, model: 'm' } },
  { event: 'gemini_cli.tool_call', attributes: { function_args: SECRET, function_name: 'f' } },
]

async function exportAll(host: OtlpHost, form: 'json' | 'protobuf'): Promise<void> {
  await host.export('traces', traces, { form })
  await host.export('logs', toLogs(records), { form })
}

describe.each(FORMS)('what was said to models and tools, as %s,', (form) => {
  it('is dropped, wherever it stands', async () => {
    const host = await startOtlpHost()
    await exportAll(host, form)
    expect(host.of('call.start')).toHaveLength(3)
    const everything = JSON.stringify([host.all, host.ops.snapshot()])
    expect(everything).not.toContain(SECRET)
    const reader = await host.feed('?level=trace')
    await reader.until('snapshot')
    expect(reader.text()).not.toContain(SECRET)
  })

  it('leaves what stands beside it', async () => {
    const host = await startOtlpHost()
    await exportAll(host, form)
    const fieldsOf = (event: string): unknown =>
      host.of('log').find(({ message }) => message === event)?.fields
    expect(fieldsOf('claude_code.user_prompt')).toEqual({ prompt_length: 14 })
    expect(fieldsOf('codex.tool_result')).toEqual({ tool_name: 'shell' })
  })

  it('is kept on request, as lines of level debug that lead to their call', async () => {
    const host = await startOtlpHost({ content: true })
    await exportAll(host, form)
    const [call, tool] = host.of('log').filter(({ level }) => level === 'debug')
    expect(call).toMatchObject({ source: 'model', callId: spanId('call'), requestId: spanId('request') })
    expect(call?.fields).toMatchObject({ 'gen_ai.input.messages': SECRET, 'ai.prompt.messages': SECRET })
    expect(tool).toMatchObject({ source: 'tool', requestId: spanId('request') })
    expect(tool?.fields).toMatchObject({ 'gen_ai.tool.call.arguments': SECRET })
    expect(host.of('log').find(({ message }) => message === 'codex.tool_result')?.fields).toMatchObject({
      arguments: SECRET,
    })
  })

  it('is bounded when it is kept', async () => {
    const host = await startOtlpHost({ content: true })
    const huge = 'x'.repeat(100_000)
    const attributes = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`llm.input_messages.${i}.message.content`, huge]),
    )
    const span = { id: 'a', attributes: { 'gen_ai.operation.name': 'chat', ...attributes } }
    await host.export('traces', toTraces([span]), { form })
    const line = host.of('log').find(({ level }) => level === 'debug')
    expect(JSON.stringify(line).length).toBeLessThan(25_000)
  })
})

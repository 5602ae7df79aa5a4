import { textOf } from './attributes.js'
import {
  OPENINFERENCE_KIND,
  OPERATION,
  SDK_OPERATION,
  TRACELOOP_KIND,
  TRACELOOP_REQUEST_TYPE,
} from './attribute-names.js'
import type { Span } from './telemetry.js'

/**
 * What a span is here: a model call; the usage of one, on a span of its own; a tool at work; a unit of work that came
 * in (`agent`, `message`, `server`, `consumer`); or nothing that is shown.
 */
export type SpanRole = 'call' | 'usage' | 'tool' | 'agent' | 'message' | 'server' | 'consumer' | 'other'

/** Kinds of spans that something from outside began. */
const KINDS: Readonly<Record<number, SpanRole>> = { 2: 'server', 5: 'consumer' }

const OPERATIONS: Readonly<Record<string, SpanRole>> = {
  chat: 'call',
  text_completion: 'call',
  generate_content: 'call',
  embeddings: 'call',
  image_generation: 'call',
  image_edit: 'call',
  image_variation: 'call',
  execute_tool: 'tool',
  // Carries the usage of all its calls, and would double it as a call.
  invoke_agent: 'agent',
  invoke_workflow: 'agent',
}
const NAMES: Readonly<Record<string, SpanRole>> = {
  'openclaw.model.call': 'call',
  'openclaw.run': 'agent',
  'openclaw.message.processed': 'message',
  'openclaw.tool.execution': 'tool',
  'claude_code.llm_request': 'call',
  'claude_code.interaction': 'agent',
  'claude_code.tool': 'tool',
}
const OPENINFERENCE: Readonly<Record<string, SpanRole>> = {
  LLM: 'call',
  EMBEDDING: 'call',
  TOOL: 'tool',
  AGENT: 'agent',
  CHAIN: 'agent',
}
const TRACELOOP: Readonly<Record<string, SpanRole>> = { tool: 'tool', agent: 'agent', workflow: 'agent' }
const REQUEST_TYPES = new Set(['chat', 'completion', 'embedding'])
const SDK_CALL = /\.do(Generate|Stream|Embed)$/

/** Decides by the first convention that the span follows. */
export function roleOf(span: Span): SpanRole {
  const role = genericRoleOf(span)
  if (role !== 'other') return role
  // A server inside a server of the same process is a part of it.
  const isPart = span.parentSpanId !== undefined && span.isParentLocal === true
  return isPart ? 'other' : (KINDS[span.kind] ?? 'other')
}

function genericRoleOf(span: Span): SpanRole {
  const { attributes, name } = span
  // Follows the conventions of a call, too, but is the sum of a run.
  if (name === 'openclaw.model.usage') return 'usage'
  const operation = textOf(attributes, [OPERATION])
  if (operation !== undefined) return lookUp(OPERATIONS, operation)
  const sdkOperation = textOf(attributes, [SDK_OPERATION])
  if (sdkOperation !== undefined) {
    if (SDK_CALL.test(sdkOperation)) return 'call'
    return sdkOperation === 'ai.toolCall' ? 'tool' : ifRoot(span, 'agent')
  }
  const kind = textOf(attributes, [OPENINFERENCE_KIND])
  if (kind !== undefined) return ifRoot(span, lookUp(OPENINFERENCE, kind.toUpperCase()))
  const named = lookUp(NAMES, name)
  if (named !== 'other') return named
  if (REQUEST_TYPES.has(textOf(attributes, [TRACELOOP_REQUEST_TYPE]) ?? '')) return 'call'
  const traceloop = lookUp(TRACELOOP, textOf(attributes, [TRACELOOP_KIND]) ?? '')
  if (traceloop !== 'other') return ifRoot(span, traceloop)
  return attributes.has('gen_ai.request.model') ? 'call' : 'other'
}

function lookUp(roles: Readonly<Record<string, SpanRole>>, name: string): SpanRole {
  return Object.hasOwn(roles, name) ? roles[name]! : 'other'
}

/** These conventions have agents and chains inside each other; the outermost one is the unit of work. */
function ifRoot(span: Span, role: SpanRole): SpanRole {
  return role === 'agent' && span.parentSpanId !== undefined ? 'other' : role
}

import { toName } from '../../bus/plain.js'
import { textOf } from './attributes.js'
import {
  AGENT_NAME,
  CHANNEL,
  HTTP_METHOD,
  HTTP_ROUTE,
  OUTCOME,
  SDK_OPERATION,
  TOOL_NAME,
} from './attribute-names.js'
import { toSession, type Failure } from './model-call.js'
import { toFailure } from './span-to-call.js'
import type { SpanRole } from './span-role.js'
import type { Span } from './telemetry.js'

/** A unit of work that came in, as a span tells of it. */
export interface SpanRequest {
  kind: string
  name: string
  session?: string | undefined
  channel?: string | undefined
  /** Seen without anybody asking for it, as every span of a server or consumer is. */
  automatic: boolean
}

export interface RequestOutcome {
  state: 'ok' | 'error' | 'cancelled'
  failure?: Failure | undefined
}

/** The server's own failures; what it refuses is the client's. */
const LEAST_SERVER_FAILURE = 500
const CANCELLED = new Set(['aborted', 'cancelled', 'canceled'])

export function spanToRequest(span: Span, role: SpanRole): SpanRequest {
  const { attributes } = span
  return {
    ...toKindAndName(span, role),
    session: toSession(attributes),
    channel: toName(textOf(attributes, CHANNEL)),
    automatic: role === 'server' || role === 'consumer',
  }
}

/** How a unit of work ended. */
export function toOutcome(span: Span): RequestOutcome {
  const failure = toFailure(span, LEAST_SERVER_FAILURE)
  const outcome = textOf(span.attributes, OUTCOME)
  if (outcome !== undefined && CANCELLED.has(outcome)) return { state: 'cancelled' }
  if (failure !== undefined) return { state: 'error', failure }
  return outcome === 'error'
    ? { state: 'error', failure: { type: outcome, message: outcome } }
    : { state: 'ok' }
}

/** The tool that a span shows at work. */
export function toToolName({ attributes, name }: Span): string {
  return toName(textOf(attributes, TOOL_NAME) ?? name.replace(/^execute_tool /, ''))!
}

function toKindAndName(span: Span, role: SpanRole): { kind: string; name: string } {
  if (role === 'server') return toServerName(span)
  return { kind: role, name: role === 'consumer' ? toName(span.name)! : toWorkName(span) }
}

/** The pattern of the address, not the address: `GET /users/:id`. */
function toServerName({ attributes, name }: Span): { kind: string; name: string } {
  const method = textOf(attributes, HTTP_METHOD)
  if (method === undefined) return { kind: 'rpc', name: toName(name)! }
  const route = textOf(attributes, HTTP_ROUTE)
  return { kind: 'http', name: toName(route === undefined ? name : `${method} ${route}`)! }
}

function toWorkName({ attributes, name }: Span): string {
  const named = textOf(attributes, AGENT_NAME) ?? textOf(attributes, [SDK_OPERATION])
  return toName(named ?? name.replace(/^invoke_(agent|workflow) /, ''))!
}

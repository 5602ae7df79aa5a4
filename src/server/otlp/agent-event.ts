import { textOf } from './attributes.js'
import { toService } from './instances.js'
import type { LogRecord } from './telemetry.js'

/** The coding agents whose events tell of model calls. */
export type CodingAgent = 'claude_code' | 'codex' | 'gemini_cli'

export interface AgentEvent {
  agent: CodingAgent
  /** Without the agent: `api_request`. */
  name: string
}

const PREFIXED = /^(claude_code|codex|gemini_cli)\.([\w.]+)$/
const PLAIN = /^[\w.]+$/
/** By scope or service, for events without the prefix. */
const AGENTS: readonly (readonly [RegExp, CodingAgent])[] = [
  [/claude[-_]code/i, 'claude_code'],
  [/\bcodex/i, 'codex'],
  [/gemini[-_]cli/i, 'gemini_cli'],
]

/** The name of the event that a record is, empty when it is none. */
export function eventNameOf({ eventName, attributes }: LogRecord): string {
  return eventName === '' ? (textOf(attributes, ['event.name']) ?? '') : eventName
}

/** The event of a coding agent that a record is, named with or without its prefix, also by its body alone. */
export function agentEventOf(record: LogRecord): AgentEvent | undefined {
  const name = eventNameOf(record)
  for (const text of [name, typeof record.body === 'string' ? record.body : '']) {
    const [, agent, event] = PREFIXED.exec(text) ?? []
    if (agent !== undefined) return { agent: agent as CodingAgent, name: event! }
  }
  if (!PLAIN.test(name)) return undefined
  const { scope, resource } = record.origin
  for (const text of [scope, toService(resource) ?? '']) {
    const agent = AGENTS.find(([pattern]) => pattern.test(text))?.[1]
    if (agent !== undefined) return { agent, name }
  }
  return undefined
}

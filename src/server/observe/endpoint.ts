import { anthropicMessages } from './protocols/anthropic-messages.js'
import { googleGenerate } from './protocols/google-generate.js'
import { ollama } from './protocols/ollama.js'
import { openaiChat } from './protocols/openai-chat.js'
import { openaiResponses } from './protocols/openai-responses.js'
import type { Protocol } from './protocols/protocol.js'

/** What the address of a request tells. */
export interface Endpoint {
  protocol: Protocol
  /** `chat`, `embeddings` and so on, as OpenTelemetry names them. */
  operation: string
  /** No other API has such a path. */
  isSpecific: boolean
  /** Where the path names it. */
  model?: string | undefined
  /** Where the path decides it. */
  streaming?: boolean | undefined
}

type Route = [path: RegExp, protocol: Protocol, operation: string, isSpecific: boolean]

/** Ends of paths: compatible servers put them behind any base path. */
const ROUTES: Route[] = [
  [/\/chat\/completions$/, openaiChat, 'chat', true],
  [/\/completions$/, openaiChat, 'text_completion', false],
  [/\/embeddings$/, openaiChat, 'embeddings', false],
  [/\/responses$/, openaiResponses, 'chat', false],
  [/\/messages$/, anthropicMessages, 'chat', false],
  [/\/api\/chat$/, ollama, 'chat', false],
  [/\/api\/generate$/, ollama, 'text_completion', false],
  [/\/api\/embed$/, ollama, 'embeddings', false],
]
/** Google's: `…/models/NAME:streamGenerateContent`. */
const GENERATE = /\/([^/:]+):(generateContent|streamGenerateContent)$/
/** Azure's: `/openai/deployments/NAME/chat/completions`. */
const DEPLOYMENT = /\/openai\/deployments\/([^/]+)\//

/** Undefined when it is not that of a model call. */
export function toEndpoint(method: string, pathname: string): Endpoint | undefined {
  if (method !== 'POST') return undefined
  const path = pathname.replace(/\/+$/, '')
  const generate = GENERATE.exec(path)
  if (generate !== null) {
    return {
      protocol: googleGenerate,
      operation: 'generate_content',
      isSpecific: true,
      model: decode(generate[1]!),
      streaming: generate[2] === 'streamGenerateContent',
    }
  }
  const route = ROUTES.find(([pattern]) => pattern.test(path))
  if (route === undefined) return undefined
  const [, protocol, operation, isSpecific] = route
  const deployment = DEPLOYMENT.exec(path)?.[1]
  return { protocol, operation, isSpecific, model: deployment && decode(deployment) }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

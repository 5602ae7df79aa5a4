import { isIP } from 'node:net'

/** Where a message goes: a model, and the name of who provides it. */
export interface ModelRoute {
  provider: string
  model: string
}

export interface ModelRoutes {
  readonly all: readonly ModelRoute[]
  /** The route of a channel's messages. */
  pick(channel: string): ModelRoute
  /** Where to go once when `route` failed: another one, or the same if there is no other. */
  fallback(route: ModelRoute): ModelRoute
}

const LARGE: ModelRoute = { provider: 'local-large', model: 'sample-large' }
const FAST: ModelRoute = { provider: 'local-fast', model: 'sample-fast' }
const MINI: ModelRoute = { provider: 'local-mini', model: 'sample-mini' }

/** The routes to the bundled model server. The names are its own; they stand for no vendor. */
export const BUNDLED_ROUTES: ModelRoutes = {
  all: [LARGE, FAST, MINI],
  pick: (channel) => (channel === 'telegram' ? FAST : channel === 'slack' ? MINI : LARGE),
  fallback: (route) => (route.provider === FAST.provider ? MINI : FAST),
}

/** One route to a model endpoint; the provider is named after its host. */
export function createEndpointRoutes(baseUrl: string, model: string): ModelRoutes {
  const route: ModelRoute = { provider: toProvider(new URL(baseUrl).hostname), model }
  return { all: [route], pick: () => route, fallback: () => route }
}

/** `api.openai.com` is `openai`, `llm.example.co.uk` is `example`; an address or a single name stays as it is. */
export function toProvider(hostname: string): string {
  const labels = hostname.split('.')
  if (isIP(hostname.replace(/[[\]]/g, '')) !== 0 || labels.length < 2) return hostname
  const hasTwoPartSuffix = labels.length > 2 && /^(co|com|org|net|ac|gov)$/.test(labels.at(-2) ?? '')
  return labels.at(hasTwoPartSuffix ? -3 : -2) ?? hostname
}

import { buildGateway, type GatewayOptions } from '../../examples/gateway/app.js'
import { readConfig } from '../../examples/gateway/config.js'

interface Item {
  id: string
  state: string
  level: string
  source: string
  message: string
  [name: string]: unknown
}

/** A gateway on a free port, with models that never wait and never fail by chance, and no sample traffic. */
export async function startGateway(options: GatewayOptions = {}, env: Record<string, string> = {}) {
  const config = readConfig([], { SAMPLE_TRAFFIC: 'off', PORT: '0', ...env })
  const app = await buildGateway(config, { pace: Infinity, trouble: 0, ...options })
  const url = await app.listen({ host: config.host, port: config.port })
  return {
    app,
    url,
    close: () => app.close(),
    post: (path: string, body: unknown, init: RequestInit = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
      }),
    json: async (path: string) => (await fetch(url + path)).json() as Promise<Record<string, unknown>>,
    /** What the dashboard knows: `requests`, `calls`, `events`, `channels`. */
    items: async (name: string) => {
      const response = await fetch(`${url}/ops/api/${name}`)
      return ((await response.json()) as { items: Item[] }).items
    },
  }
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>

import type { FastifyInstance } from 'fastify'
import type { Ops } from 'opswire'
import { z } from 'zod'
import { ApiError, parseBody } from './api-errors.js'
import { CHANNELS, type Channels } from './channels.js'
import { quoteValue } from './describe-issue.js'
import type { ModelRoutes } from './model-routes.js'
import type { SampleUsers } from './sample-users.js'
import type { UsageTally } from './usage.js'

const settingsBody = z.strictObject(
  { sampleTraffic: z.boolean('true or false') },
  'a JSON object with sampleTraffic',
)

export interface AdminApiOptions {
  ops: Ops
  channels: Channels
  users: SampleUsers
  usage: UsageTally
  routes: ModelRoutes
  /** Base URL of the models, and whether it is the bundled server. */
  models: { url: string; bundled: boolean }
  /** Aborts when the gateway closes. */
  closing: AbortSignal
}

/** What the admin's pages ask for and switch, and the gateway's health. */
export function registerAdminApi(app: FastifyInstance, options: AdminApiOptions): void {
  const { ops, channels, users, usage, routes, models, closing } = options
  const settings = () => ({
    sampleTraffic: users.enabled,
    models: { ...models, routes: routes.all },
    channels: channels.list(),
  })

  app.get('/health', (_request, reply) => {
    const status = closing.aborted ? 'draining' : 'ok'
    reply.code(closing.aborted ? 503 : 200).header('cache-control', 'no-store')
    return {
      status,
      uptime: Math.round(process.uptime() * 1000),
      version: ops.version,
      instance: ops.instance,
    }
  })

  app.get('/api/usage', () => usage.report())

  app.get('/api/settings', settings)

  app.post('/api/settings', (request) => {
    users.setEnabled(parseBody(settingsBody, request.body).sampleTraffic)
    return settings()
  })

  app.post<{ Params: { name: string } }>('/api/channels/:name/drop', (request) => {
    const name = CHANNELS.find((known) => known === request.params.name)
    if (!name) {
      const given = quoteValue(request.params.name)
      throw new ApiError(404, 'NOT_FOUND', `no channel ${given}; there are ${CHANNELS.join(', ')}`)
    }
    if (!channels.drop(name)) {
      const simulated = channels.list().filter((channel) => channel.simulated)
      const accepted = simulated.map((channel) => channel.name).join(', ')
      throw new ApiError(409, 'NOT_SIMULATED', `${name} is a real channel and stays; accepted: ${accepted}`)
    }
    return channels.list().find((channel) => channel.name === name)
  })
}

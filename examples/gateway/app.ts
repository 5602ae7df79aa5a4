import { setMaxListeners } from 'node:events'
import fastify, { LogController, type FastifyInstance } from 'fastify'
import { createOps } from 'opswire'
import opswire from 'opswire/fastify'
import { registerAdminApi } from './admin-api.js'
import { createAgent } from './agent.js'
import { ApiError, answerErrors } from './api-errors.js'
import { createChannels } from './channels.js'
import { registerChatApi } from './chat-api.js'
import type { GatewayConfig } from './config.js'
import { createConversations } from './conversations.js'
import { toLocalUrl } from './listen-address.js'
import { createModelClient } from './model-client.js'
import { BUNDLED_ROUTES, createEndpointRoutes } from './model-routes.js'
import { startModelServer, type ModelServerOptions } from './model-server.js'
import { isPage, registerPages } from './pages.js'
import { createSampleUsers } from './sample-users.js'
import { createUsageTally } from './usage.js'
import { createWorkerPool } from './worker-pool.js'

const BODY_LIMIT = 65_536

/** For tests: how fast and how faulty the bundled models are, and how many messages are worked on at once. */
export interface GatewayOptions extends ModelServerOptions {
  workers?: number
  queueLimit?: number
}

/**
 * Builds the sample gateway with its dashboard under `/ops/`, without listening. The simulated users begin when it
 * listens; closing it aborts all work and stops everything that it started.
 */
export async function buildGateway(
  config: GatewayConfig,
  options: GatewayOptions = {},
): Promise<FastifyInstance> {
  const app = fastify({
    // Without LOG_LEVEL the lines go nowhere but to the dashboard, which reads them from the logger.
    logger: {
      level: config.logLevel ?? 'info',
      ...(config.logLevel === undefined && { stream: { write() {} } }),
    },
    // The dashboard shows requests as such; two more lines for each would only hide the others.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    // While it drains, the gateway's own routes answer, /health among them.
    return503OnClosing: false,
  })
  const ops = createOps({ service: 'flynn', version: '1.0.0', environment: 'sample' })
  const closing = new AbortController()
  // Each message in flight listens.
  setMaxListeners(0, closing.signal)

  answerErrors(app)
  await app.register(opswire, {
    ops,
    prefix: '/ops',
    ignore: ({ url }) => {
      const path = url.split('?', 1)[0] ?? url
      // A chat is recorded as a message already.
      return path === '/health' || path === '/api/chat' || isPage(path)
    },
  })

  const bundled = config.endpoint
    ? undefined
    : await startModelServer({ ...(!config.sampleTrouble && { trouble: 0 }), ...options })
  const endpoint = config.endpoint ?? { baseUrl: bundled?.url ?? '', apiKey: undefined, model: '' }
  const routes = bundled ? BUNDLED_ROUTES : createEndpointRoutes(endpoint.baseUrl, endpoint.model)
  const usage = createUsageTally()
  const conversations = createConversations()
  const model = createModelClient({ ...endpoint, usage })
  const queueLog = app.log.child({ name: 'queue' })
  const pool = createWorkerPool({
    ...(options.workers !== undefined && { workers: options.workers }),
    ...(options.queueLimit !== undefined && { limit: options.queueLimit }),
    onBacklog: (depth) => queueLog.warn({ depth }, `backlog: ${depth} messages wait`),
  })
  ops.gauge('queueDepth', () => pool.depth)
  const agent = createAgent({ ops, log: app.log, pool, conversations, routes, model })
  const channels = createChannels({ ops, log: app.log })
  const users = createSampleUsers({
    log: app.log,
    isConnected: channels.isConnected,
    enabled: config.sampleTraffic,
    ...(options.pace !== undefined && { pace: options.pace }),
  })

  void app.register(async (api) => {
    // JSON only, and not from other sites' pages: there is no login that would keep them out.
    api.removeContentTypeParser('text/plain')
    api.addHook('onRequest', async (request) => {
      if (request.headers['sec-fetch-site'] !== 'cross-site') return
      throw new ApiError(
        403,
        'FORBIDDEN',
        'another site asked; accepted: requests of this gateway’s own pages',
      )
    })
    registerChatApi(api, { agent, conversations, closing: closing.signal })
    const models = { url: endpoint.baseUrl, bundled: bundled !== undefined }
    registerAdminApi(api, { ops, channels, users, usage, routes, models, closing: closing.signal })
  })
  registerPages(app)

  app.addHook('onListen', async () => users.setAddress(toLocalUrl(app)))
  app.addHook('preClose', async () => {
    closing.abort(new Error('the gateway is shutting down'))
    users.close()
    pool.close()
    channels.close()
  })
  app.addHook('onClose', async () => {
    await bundled?.close()
    ops.close()
  })
  return app
}

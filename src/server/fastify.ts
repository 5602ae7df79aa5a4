import type { FastifyPluginAsync, FastifyRequest, RegisterOptions } from 'fastify'
import fp from 'fastify-plugin'
import { z } from 'zod'
import { encodeData } from '../bus/codec.js'
import type { Ops } from '../bus/ops.js'
import { sendError } from './errors.js'
import { registerEventStreams } from './event-stream.js'
import { feedLimits, type FeedLimits } from './feed-limits.js'
import { createHub } from './hub.js'
import { ingestOptions, type IngestOptions } from './intake/ingest-options.js'
import { nodeClock } from './node-clock.js'
import { otlpIntakeOf } from './otlp/intake.js'
import { otlpOptions, type OtlpOptions } from './otlp/options.js'
import { toUpstreams } from './proxy/upstreams.js'
import { apiRoutes } from './routes/api.js'
import { eventsRoute } from './routes/events.js'
import { healthRoute } from './routes/health.js'
import { ingestRoute } from './routes/ingest.js'
import { otlpRoutes } from './routes/otlp.js'
import { isOwnRequest, markOwnRoutes } from './routes/own-routes.js'
import { pageRoutes } from './routes/page.js'
import { proxyRoutes } from './routes/proxy.js'
import { answerUnknown } from './routes/unknown.js'
import { watchHttpRequests } from './sources/http-requests.js'
import { OWN_LOG, watchPinoLog } from './sources/pino-log.js'
import { parse } from './validation.js'

/** A part that can be switched on and off, or given options: on by default. */
const switchable = <Options extends z.ZodObject>(options: Options, noun: string) =>
  z
    .preprocess(
      (value) => (typeof value === 'object' && value !== null ? parse(options, value, noun) : value),
      z.union([z.boolean(), options]),
    )
    .default(true)
    .describe('true, false, or an object of options')

const pluginOptions = z.strictObject({
  ops: z
    .custom<Ops>((value) => typeof value === 'object' && value !== null && 'bus' in value)
    .describe('what createOps() returned'),
  prefix: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/)
    .transform((prefix) => prefix.replace(/\/$/, ''))
    .default('/ops')
    .describe('a path such as /ops, or / for the whole host'),
  http: z.boolean().default(true).describe('true or false'),
  log: z.boolean().default(true).describe('true or false'),
  ingest: switchable(ingestOptions, 'ingest option'),
  feed: z.preprocess(
    (feed) => (feed === undefined ? {} : parse(feedLimits, feed, 'feed option')),
    feedLimits,
  ),
  otlp: switchable(otlpOptions, 'otlp option'),
  proxy: z
    .record(z.string(), z.string())
    .default({})
    .describe("an object of names and addresses, such as { openai: 'https://api.openai.com/v1' }"),
  ignore: z
    .custom<(request: FastifyRequest) => boolean>((value) => typeof value === 'function')
    .optional()
    .describe('a function of a request that returns a boolean'),
  // Fastify's own, which every plugin can be given.
  logLevel: z
    .custom<RegisterOptions['logLevel']>((value) => typeof value === 'string')
    .optional()
    .describe('a level of the logger'),
  logSerializers: z
    .custom<RegisterOptions['logSerializers']>((value) => typeof value === 'object' && value !== null)
    .optional()
    .describe('an object of functions'),
})

export interface OpswireOptions {
  /** The recorder of this process. */
  ops: Ops
  /** Where the dashboard is. Default: `/ops`. */
  prefix?: string
  /** Record the host's HTTP requests. Default: true. */
  http?: boolean
  /** Show the lines of the host's pino logger. Default: true. */
  log?: boolean
  /** Let programs publish over `POST /api/ingest`. Default: true. */
  ingest?: boolean | IngestOptions
  /** Bounds of the feed; see `FeedLimits` for each and its default. */
  feed?: Partial<FeedLimits>
  /** Take what OpenTelemetry exporters send to `/v1/traces`, `/v1/logs` and `/v1/metrics`. Default: true. */
  otlp?: boolean | OtlpOptions
  /**
   * Model APIs to pass requests on to: `{ openai: 'https://api.openai.com/v1' }` gives `PREFIX/proxy/openai/…`. Whoever
   * reaches it can use what these addresses give without a credential. Default: none.
   */
  proxy?: Record<string, string>
  /** HTTP requests to leave out; the dashboard's own always are. */
  ignore?: (request: FastifyRequest) => boolean
}

const plugin: FastifyPluginAsync<OpswireOptions> = async (app, options) => {
  const { ops, prefix, http, log, ingest, feed, otlp, proxy, ignore, logLevel, logSerializers } = parse(
    pluginOptions,
    options,
    'option',
  )
  const upstreams = toUpstreams(proxy, 'option')
  const hub = createHub(ops, nodeClock, feed)
  const stopLog = log ? watchPinoLog(ops, { logger: app.log }) : undefined
  if (http) {
    watchHttpRequests(app, ops, {
      ignore: (request) => isOwnRequest(request) || ignore?.(request) === true,
    })
  }

  // Open streams are never idle: unless they end first, closing the host would wait for them for ever.
  app.addHook('preClose', (done) => {
    hub.close()
    stopLog?.()
    done()
  })

  await app.register(
    async (scope) => {
      scope.setChildLoggerFactory((logger, bindings, childOptions) =>
        logger.child({ ...bindings, ...OWN_LOG }, childOptions),
      )
      scope.setErrorHandler(sendError)
      // What is shown in a terminal is as safe as the feed.
      scope.setReplySerializer(encodeData)
      markOwnRoutes(scope)
      // Without a prefix, what the dashboard does not know is the host's.
      if (prefix !== '') answerUnknown(scope)
      await registerEventStreams(scope)
      eventsRoute(scope, hub, feed)
      await scope.register((api, _options, done) => {
        apiRoutes(api, ops)
        done()
      })
      if (ingest !== false) {
        await scope.register((intake, _options, done) => {
          ingestRoute(intake, ops, { clock: nodeClock, ...(ingest !== true && ingest) })
          done()
        })
      }
      healthRoute(scope, ops)
      if (otlp !== false) {
        const intake = otlpIntakeOf(ops, otlp === true ? {} : otlp)
        await scope.register((telemetry, _options, done) => {
          otlpRoutes(telemetry, intake)
          done()
        })
      }
      if (upstreams.size > 0) proxyRoutes(scope, ops, { upstreams })
      await pageRoutes(scope)
    },
    { prefix, logLevel: logLevel ?? 'warn', ...(logSerializers && { logSerializers }) },
  )
}

/**
 * Mounts the dashboard in a Fastify host: page, feed and JSON routes under `prefix`, the host's HTTP requests and
 * log lines in the feed. Ends every open stream when the host closes. Mounting it again, elsewhere in the same host,
 * adds a dashboard; what it shows is recorded once, by the options of the first.
 *
 * @example
 * await app.register(opswire, { ops, prefix: '/ops' })
 */
const opswire = fp(plugin, { name: 'opswire', fastify: '5.x' })
export default opswire

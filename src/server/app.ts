import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Ops } from '../bus/ops.js'
import { sendError } from './errors.js'
import opswire, { type OpswireOptions } from './fastify.js'
import { otlpIntakeOf } from './otlp/intake.js'
import type { OtlpOptions } from './otlp/options.js'
import { otlpRoutes } from './routes/otlp.js'
import { answerUnknown } from './routes/unknown.js'

/** What whoever starts it decides. */
interface AppOptions extends Pick<OpswireOptions, 'proxy' | 'log' | 'ingest'> {
  otlp?: OtlpOptions
}

/**
 * The standalone server: the dashboard at `/`, showing this process and its log. Not listening yet; closing it
 * closes `ops` too.
 */
export async function buildApp(ops: Ops, options: AppOptions = {}): Promise<FastifyInstance> {
  const app = createServer()
  app.addHook('onClose', (_app, done) => {
    ops.close()
    done()
  })
  await app.register(opswire, { ops, prefix: '/', http: false, ...options })
  return app
}

/**
 * A server that does nothing but take OpenTelemetry, for the port that exporters know. What it takes is in the feed of
 * `ops`, as what the dashboard's own routes take. Not listening yet.
 */
export function buildOtlpApp(ops: Ops, otlp: OtlpOptions = {}): FastifyInstance {
  const app = createServer()
  const intake = otlpIntakeOf(ops, otlp)
  void app.register((telemetry, _options, done) => {
    otlpRoutes(telemetry, intake)
    done()
  })
  return app
}

function createServer(): FastifyInstance {
  // The lines are for the dashboard; the terminal stays quiet but for what the command itself prints.
  const logger: FastifyBaseLogger = pino({ name: 'opswire', level: 'info' }, { write: () => undefined })
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // What the router itself refuses, such as %zz.
    frameworkErrors: sendError,
    // While it closes, /health says so.
    return503OnClosing: false,
  })
  app.setErrorHandler(sendError)
  answerUnknown(app)
  return app
}

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OpsError } from '../errors.js'
import { createBodyReader, type BodyReader } from '../intake/body.js'
import { toMediaType } from '../intake/media-type.js'
import { nodeClock } from '../node-clock.js'
import { toStatus, toSuccess } from '../otlp/answers.js'
import { MEDIA_TYPES, SIGNALS, type MediaType, type OtlpIntake, type Signal } from '../otlp/intake.js'
import { postOnly } from './post-only.js'

/**
 * `POST /v1/traces`, `/v1/logs` and `/v1/metrics`: OTLP over HTTP, as protobuf and as JSON. `scope` must be one of its
 * own.
 */
export function otlpRoutes(scope: FastifyInstance, intake: OtlpIntake): void {
  const bodies = createBodyReader(nodeClock)
  scope.addHook('preClose', (done) => {
    bodies.close()
    done()
  })
  scope.setErrorHandler(sendStatus)
  for (const signal of SIGNALS) signalRoute(scope, signal, { intake, bodies })
}

function signalRoute(
  scope: FastifyInstance,
  signal: Signal,
  { intake, bodies }: { intake: OtlpIntake; bodies: BodyReader },
): void {
  postOnly(
    scope,
    `/v1/${signal}`,
    async (request, reply) => {
      const type = typeOf(request)
      const rejected = await bodies.readBody(request.raw, (body) => intake.take(signal, type, body))
      return send(reply, type, toSuccess(signal, type, rejected))
    },
    {
      onRequest(request, _reply, done) {
        try {
          typeOf(request)
          done()
        } catch (error) {
          bodies.discard(request.raw)
          done(error as OpsError)
        }
      },
    },
  )
}

/** Answers an error as a `Status` in the request's type; as JSON when that is neither. */
function sendStatus(error: FastifyError | OpsError, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500
  const isShown = error instanceof OpsError || status < 500
  if (!isShown) request.log.error({ err: error }, 'the OTLP intake failed')
  const message = isShown ? error.message : 'The intake could not take this; the cause is in the log.'
  if (error instanceof OpsError) void reply.headers(error.headers)
  const type = /^\s*application\/x-protobuf/i.test(request.headers['content-type'] ?? '')
    ? 'application/x-protobuf'
    : 'application/json'
  send(reply.code(status), type, toStatus(type, status, message))
}

function send(reply: FastifyReply, type: MediaType, body: Buffer): FastifyReply {
  return reply
    .header('content-type', type)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(body)
}

function typeOf(request: FastifyRequest): MediaType {
  return toMediaType(request.headers['content-type'], MEDIA_TYPES)
}

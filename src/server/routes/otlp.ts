import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OpsError, sendMethodNotAllowed } from '../errors.js'
import type { BodyReader } from '../intake/body.js'
import { toMediaType } from '../intake/media-type.js'
import { toStatus, toSuccess } from '../otlp/answers.js'
import { MEDIA_TYPES, SIGNALS, type MediaType, type OtlpIntake, type Signal } from '../otlp/intake.js'

interface OtlpRoutesOptions {
  intake: OtlpIntake
  bodies: BodyReader
}

/** `POST /v1/traces`, `/v1/logs` and `/v1/metrics`: OTLP over HTTP, as protobuf and as JSON. */
export function otlpRoutes(scope: FastifyInstance, { intake, bodies }: OtlpRoutesOptions): void {
  void scope.register(async (otlp) => {
    // Whatever the type, the body is left to the handler.
    otlp.removeAllContentTypeParsers()
    otlp.addContentTypeParser('*', (_request, _payload, done) => done(null))
    otlp.setErrorHandler(sendStatus)
    for (const signal of SIGNALS) signalRoute(otlp, signal, { intake, bodies })
  })
}

function signalRoute(scope: FastifyInstance, signal: Signal, { intake, bodies }: OtlpRoutesOptions): void {
  const url = `/v1/${signal}`
  scope.route({
    method: 'POST',
    url,
    onRequest: (request, _reply, done) => {
      try {
        typeOf(request)
        done()
      } catch (error) {
        bodies.discard(request.raw)
        done(error as Error)
      }
    },
    handler: async (request, reply) => {
      const type = typeOf(request)
      const rejected = await bodies.readBody(request.raw, (body) => intake.take(signal, type, body))
      return send(reply, type, toSuccess(signal, type, rejected))
    },
  })
  scope.route({
    method: scope.supportedMethods.filter((method) => method !== 'POST'),
    url,
    onRequest: (request, reply) => sendMethodNotAllowed(request, reply, ['POST']),
    handler: (request, reply) => sendMethodNotAllowed(request, reply, ['POST']),
  })
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

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

/** An error that is safe to show: its message says what was wrong and what is accepted. */
export class OpsError extends Error {
  /** Stable, `OPS_…`. */
  readonly code: string
  readonly statusCode: number
  /** Headers that belong to the answer, such as `retry-after`. */
  readonly headers: Record<string, string>

  constructor(code: string, statusCode: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'OpsError'
    this.code = code
    this.statusCode = statusCode
    this.headers = headers
  }
}

/** The shape of every answer that tells of an error. */
export function toErrorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } }
}

/** Answers every error in the one shape; messages of unforeseen ones stay in the log. */
export function sendError(
  error: FastifyError | OpsError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const status = error.statusCode ?? 500
  if (error instanceof OpsError) {
    void reply.code(status).headers(error.headers).send(toErrorBody(error.code, error.message))
  } else if (status < 500) void reply.code(status).send(toErrorBody('OPS_BAD_REQUEST', error.message))
  else {
    request.log.error({ err: error }, 'a dashboard route failed')
    void reply
      .code(500)
      .send(toErrorBody('OPS_INTERNAL', 'The dashboard could not answer; the cause is in the log.'))
  }
}

/** Answers 404. What a route has said about storing the answer does not hold for it. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?', 1)[0]!
  void reply
    .code(404)
    .header('cache-control', 'no-store')
    .send(toErrorBody('OPS_NOT_FOUND', `There is no ${request.method} ${path} here.`))
}

/** Answers 405, with the methods that are accepted. */
export function sendMethodNotAllowed(
  request: FastifyRequest,
  reply: FastifyReply,
  accepted: readonly string[] = ['GET', 'HEAD'],
): void {
  const verb = accepted.length === 1 ? 'is' : 'are'
  void reply
    .code(405)
    .header('allow', accepted.join(', '))
    .send(
      toErrorBody('OPS_METHOD', `${request.method} is not accepted here; ${accepted.join(' and ')} ${verb}.`),
    )
}

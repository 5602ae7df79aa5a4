import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { describeIssue, quoteValue } from './describe-issue.js'

/** An error that the API answers with: its status, a stable code, and a message for the caller. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** Seconds after which another try makes sense; sent as `Retry-After`. */
  readonly retryAfter: number | undefined

  constructor(
    status: number,
    code: string,
    message: string,
    options: { retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.status = status
    this.code = code
    this.retryAfter = options.retryAfter
  }
}

/**
 * Checks a request body.
 *
 * @throws {ApiError} 400 `BAD_REQUEST`, saying what was wrong, the value, and what is accepted
 */
export function parseBody<Schema extends z.ZodObject>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const message = describeIssue(parsed.error, body, Object.keys(schema.shape))
  throw new ApiError(400, 'BAD_REQUEST', message)
}

/** Makes every error of the gateway's own routes `{"error":{"code","message"}}`; no stack, no path. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    if (error instanceof ApiError) {
      if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
      return sendError(reply, error.status, error.code, error.message)
    }
    const status = error.statusCode ?? 500
    if (status >= 400 && status < 500) return sendError(reply, status, 'BAD_REQUEST', explain(error, request))
    request.log.error({ err: error }, 'request failed')
    return sendError(reply, 500, 'INTERNAL', 'the gateway failed; its log says why')
  })
  app.setNotFoundHandler((request, reply) => {
    const path = quoteValue(request.url.split('?', 1)[0])
    sendError(reply, 404, 'NOT_FOUND', `no route ${request.method} ${path}; the pages are linked from /`)
  })
}

function sendError(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ error: { code, message } })
}

/** Fastify's own refusals, with what is accepted. */
function explain(error: FastifyError, request: FastifyRequest): string {
  const type = quoteValue(request.headers['content-type'] ?? 'missing')
  if (error.statusCode === 415) return `the content type is ${type}; accepted: application/json`
  if (error.statusCode === 413)
    return `the body is too large; accepted: up to ${request.routeOptions.bodyLimit} bytes`
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'the body is empty; accepted: a JSON object'
  return `${error.message}; accepted: a JSON object`
}

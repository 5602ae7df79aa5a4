import { STATUS_CODES } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ops, RequestHandle } from '../../bus/ops.js'

export interface HttpRequestsOptions {
  /** Leaves a request out of the dashboard altogether. */
  ignore(request: FastifyRequest): boolean
}

/**
 * Records the HTTP requests of a Fastify host as requests of kind `http`, named by method and route pattern. A
 * request ends when its response is over: failed from status 500, cancelled when the client left before. Covers
 * the routes of `app` and of the plugins registered after this call; nothing it does reaches the host.
 */
export function watchHttpRequests(app: FastifyInstance, ops: Ops, options: HttpRequestsOptions): void {
  // Ids of the server's own making are unique, and the log lines carry them; those of a header may be anything.
  const hasOwnIds = app.initialConfig.requestIdHeader === false
  const causes = new WeakMap<FastifyReply['raw'], string>()

  const record = (request: FastifyRequest, reply: FastifyReply): void => {
    const handle = ops.startRequest({
      ...(hasOwnIds && { id: request.id }),
      kind: 'http',
      name: nameOf(request),
      automatic: true,
    })
    // onResponse does not come when the client aborts; the raw response's close always does.
    const { raw } = reply
    raw.once('close', () => end(handle, raw, causes.get(raw)))
  }

  app.addHook('onRequest', (request, reply, done) => {
    try {
      if (!options.ignore(request)) record(request, reply)
    } catch (error) {
      ops.fault('The recording of an HTTP request', error)
    }
    done()
  })
  app.addHook('onError', (_request, reply, error, done) => {
    causes.set(reply.raw, error.message)
    done()
  })
}

function end(handle: RequestHandle, raw: FastifyReply['raw'], cause: string | undefined): void {
  if (!raw.writableFinished) handle.cancel()
  else if (raw.statusCode < 500) handle.end()
  else handle.fail(cause ?? `${raw.statusCode} ${STATUS_CODES[raw.statusCode] ?? ''}`.trim())
}

/** The pattern, not the path: `GET /users/:id`. Paths that no route knows share one name. */
function nameOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(no route)'}`
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ops } from '../../bus/ops.js'
import { OpsError, sendError } from '../errors.js'
import type { ModelExchange } from '../observe/model-exchange.js'
import { observeExchange } from '../observe/observe-exchange.js'
import { forward } from '../proxy/forward.js'
import { PROXY_STATUS, toProxyStatus } from '../proxy/problem.js'
import { toPrefix, toTargetPath } from '../proxy/target-path.js'
import type { Upstream } from '../proxy/upstreams.js'

interface ProxyOptions {
  upstreams: Map<string, Upstream>
  /** Requests that may be under way at once, for all upstreams together. Default: 1,000. */
  openLimit?: number
}

/** What RFC 9209 calls the errors that are answered before any upstream is asked. */
const STATUS: Record<number, string> = {
  400: 'http_request_error',
  404: 'destination_not_found',
  503: 'connection_limit_reached',
}

/** `/proxy/NAME/…`: passes requests on to the upstreams by these names, and records those that are model calls. */
export function proxyRoutes(
  scope: FastifyInstance,
  ops: Ops,
  { upstreams, openLimit = 1000 }: ProxyOptions,
): void {
  let open = 0
  scope.addHook('onClose', (_app, done) => {
    for (const upstream of upstreams.values()) upstream.close()
    done()
  })
  void scope.register((proxy, _options, registered) => {
    // Whatever the type, the body is left to the handler.
    proxy.removeAllContentTypeParsers()
    proxy.addContentTypeParser('*', (_request, _payload, done) => done(null))
    proxy.setErrorHandler((error: OpsError, request, reply) => {
      void reply.header(PROXY_STATUS, toProxyStatus(STATUS[error.statusCode] ?? 'proxy_internal_error'))
      sendError(error, request, reply)
    })
    // Fastify refuses types that are none before it asks a parser; what is passed on is the raw headers.
    proxy.addHook('onRequest', (request, _reply, done) => {
      delete request.raw.headers['content-type']
      done()
    })
    const prefix = toPrefix(proxy.prefix.split('/').filter((segment) => segment !== '').length + 2)
    for (const url of ['/proxy/:name', '/proxy/:name/*']) {
      proxy.all<{ Params: { name: string } }>(url, (request, reply) => {
        const upstream = requireUpstream(upstreams, request.params.name)
        const path = toTargetPath(request.raw.url!, prefix, upstream.base.pathname.replace(/\/$/, ''))
        if (open >= openLimit) {
          void reply.header('retry-after', '1')
          throw new OpsError('OPS_BUSY', 503, `${openLimit} requests are under way already; come again.`)
        }
        forward(request, reply, {
          upstream,
          path,
          exchange: observe(ops, request, upstream, path),
          done: () => open--,
        })
        open++
      })
    }
    registered()
  })
}

function requireUpstream(upstreams: Map<string, Upstream>, name: string): Upstream {
  const upstream = upstreams.get(name)
  if (upstream !== undefined) return upstream
  const known = [...upstreams.keys()].join(', ')
  const given = JSON.stringify(name.slice(0, 80))
  throw new OpsError('OPS_NOT_FOUND', 404, `There is no upstream ${given}; there are: ${known}.`)
}

function observe(
  ops: Ops,
  { method, raw }: FastifyRequest,
  { base, provider }: Upstream,
  path: string,
): ModelExchange | undefined {
  const header = (name: string): string | undefined => {
    const value = raw.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
  if (!URL.canParse(path, base.href)) return undefined
  return observeExchange(
    ops,
    { method, url: new URL(path, base), header },
    {
      source: 'proxy',
      provider,
      encoded: true,
      context: { requestId: header('x-opswire-request'), session: header('x-opswire-session') },
    },
  )
}

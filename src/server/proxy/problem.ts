import type { FastifyReply, FastifyRequest } from 'fastify'
import { toErrorBody } from '../errors.js'

/** Tells a client that this answer is not its upstream's: RFC 9209. */
export const PROXY_STATUS = 'proxy-status'

/** What RFC 9209 calls it. */
const ERRORS: [code: RegExp, error: string][] = [
  [/^ECONNREFUSED$/, 'connection_refused'],
  [/^(ENOTFOUND|EAI_.*)$/, 'dns_error'],
  [/^ETIMEDOUT$/, 'connection_timeout'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'connection_terminated'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'destination_ip_unroutable'],
  [/^(HPE_|ERR_INVALID_|ERR_HTTP)/, 'http_protocol_error'],
  [/CERT|SELF_SIGNED|ISSUER|ALTNAME/, 'tls_certificate_error'],
  [/^(ERR_SSL|ERR_TLS|EPROTO)/, 'tls_protocol_error'],
]

export function toProxyStatus(error: string): string {
  return `opswire; error=${error}`
}

/** Answers 502: there is no response of the upstream to pass on. Only while nothing was answered yet. */
export function sendUnreachable(
  { raw: { httpVersionMajor } }: FastifyRequest,
  { raw }: FastifyReply,
  name: string,
  error: unknown,
): void {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  const named = ERRORS.find(([pattern]) => pattern.test(code))?.[1] ?? 'proxy_internal_error'
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    [PROXY_STATUS]: toProxyStatus(named),
  }
  if (httpVersionMajor === 1) raw.writeHead(502, 'Bad Gateway', headers)
  else raw.writeHead(502, headers)
  raw.end(JSON.stringify(toErrorBody('OPS_UPSTREAM', `The upstream ${name} gave no answer: ${code}.`)))
}

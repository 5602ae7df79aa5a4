import http from 'node:http'
import https from 'node:https'
import { OpsError } from '../errors.js'
import { toKnownProvider } from '../observe/provider.js'

/** Milliseconds after which an idle connection to an upstream is closed. */
const IDLE_TIMEOUT = 30_000
/** Idle connections kept for each upstream. */
const IDLE_SOCKETS = 256
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i

/** A model API that the proxy may call, and how. */
export interface Upstream {
  name: string
  /** Without a slash at its end. */
  base: URL
  provider: string
  /** Starts a request; `path` is sent as it is given. */
  request(method: string, path: string, headers: string[]): http.ClientRequest
  /** Closes the connections that are idle. */
  close(): void
}

/** Upstreams by name, of addresses by name. Throws as `requireAddresses` does. */
export function toUpstreams(addresses: Record<string, string>, noun: string): Map<string, Upstream> {
  return new Map(requireAddresses(addresses, noun).map(([name, base]) => [name, createUpstream(name, base)]))
}

/**
 * Throws an OpsError that names the first name or address that is not accepted; `noun` is what an entry is called, such
 * as `option`.
 */
export function requireAddresses(addresses: Record<string, string>, noun: string): [string, URL][] {
  return Object.entries(addresses).map(([name, address]) => {
    if (NAME.test(name)) return [name, toBase(name, address, noun)]
    const accepted = 'names of up to 64 letters, digits, ".", "_" and "-"'
    throw toError(noun, `does not accept the name ${JSON.stringify(name.slice(0, 80))}`, accepted)
  })
}

function createUpstream(name: string, base: URL): Upstream {
  const { hostname, port, protocol, host } = base
  const { request, Agent } = protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxFreeSockets: IDLE_SOCKETS, timeout: IDLE_TIMEOUT })
  const target = { agent, host: hostname.replace(/^\[|\]$/g, ''), port, setHost: false }
  return {
    name,
    base,
    provider: toKnownProvider(base) ?? name,
    request: (method, path, headers) =>
      request({ ...target, method, path, headers: ['Host', host, ...headers] }),
    close: () => agent.destroy(),
  }
}

function toBase(name: string, address: string, noun: string): URL {
  const accepted = 'an http or https address such as https://api.openai.com/v1, without credentials, ? and #'
  // What may be a password is not repeated.
  if (address.includes('@')) throw toError(noun, `has credentials in the address of ${name}`, accepted)
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || /[?#]/.test(address)) {
    throw toError(noun, `does not accept ${JSON.stringify(address.slice(0, 80))} for ${name}`, accepted)
  }
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

function toError(noun: string, problem: string, accepted: string): OpsError {
  return new OpsError('OPS_INVALID', 400, `The ${noun} proxy ${problem}; it takes ${accepted}.`)
}

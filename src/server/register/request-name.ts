import type { IncomingMessage } from 'node:http'
import { findFastifyRoute } from './fastify-routes.js'

/** What Express and its relatives know of a request once a route has taken it. */
interface RoutedRequest extends IncomingMessage {
  originalUrl?: unknown
  baseUrl?: unknown
  route?: { path?: unknown }
}

const NAME_LENGTH = 120
/** A part of a path that tells one thing from another of its kind: a number, an id, a token, an address. */
const VARIABLE = /^(\d[\d.,_-]*|[0-9a-f]{8,}|[0-9a-f-]{16,}|(?=.*\d)[\w~.-]{16,}|[\w~.-]{40,}|.*[@%].*)$/i

/** Method and route pattern, `GET /users/:id`: that of the app's router when it tells, else made from the path. */
export function toRequestName(request: IncomingMessage): string {
  const { method = '', url = '/', originalUrl, baseUrl, route, socket } = request as RoutedRequest
  const pattern = route?.path
  if (typeof pattern === 'string' && typeof baseUrl === 'string') {
    return cut(`${method} ${baseUrl}${pattern === '/' && baseUrl !== '' ? '' : pattern}`)
  }
  const path = toPath(typeof originalUrl === 'string' ? originalUrl : url)
  const { server } = socket as { server?: object }
  return cut(`${method} ${findFastifyRoute(server, method, path) ?? toPattern(path)}`)
}

function toPath(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end)
}

/** The path with what names a single thing replaced by `:id`. */
function toPattern(path: string): string {
  return path
    .split('/')
    .map((part) => (VARIABLE.test(part) ? ':id' : part))
    .join('/')
}

function cut(name: string): string {
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name
}

import { STATUS_CODES } from 'node:http'
import { REDACTED } from '../../bus/secret-patterns.js'
import { list, name, object, type Shape } from './json-shape.js'
import type { ExchangeRequest } from './model-exchange.js'
import { ERROR, MESSAGE } from './protocols/protocol.js'
import type { Reply, ReplyError } from './reply.js'

/** Characters of an error message that are kept. */
const MESSAGE_LIMIT = 300
const CODE = /^[\w.:/-]{1,64}$/
/** Keys as providers make them, and what providers leave of a key that they show. */
const KEYS = /\b(?:Bearer\s+\S+|(?:sk|pk|rk|xai|gsk|pplx|hf|r8|AIza)[-_]?[\w*.-]{12,}|[\w.-]*\*{3,}[\w.-]*)/gi
/** Servers that check a request by a schema like to say what was wrong by showing all of it. */
const INPUT = /[,[{(]\s*['"]?input(?:_value)?['"]?\s*[:=].*$/is

/** What failed, fit for the recorder. */
export interface Failure {
  message: string
  /** Low in variety: the provider's code, a status, a system's error code. */
  code?: string | undefined
}

const BODY = object<Reply>({
  error: ERROR,
  message: MESSAGE,
  code: name((reply, code) => reply.fail({ code })),
  type: name((reply, type) => {
    // Anthropic's says but that it is one.
    if (type !== 'error') reply.fail({ type })
  }),
  detail: { ...list(object({ msg: MESSAGE })), ...MESSAGE },
})

/** Of the body of an answer that is an error, whoever gives it. */
export const ERROR_BODY: Shape<Reply> = { ...BODY, ...list(BODY) }

/** A failure that the provider told of. `status`: the HTTP status if it is one of failure. */
export function toReplyFailure(
  { message, code, type, status: named }: ReplyError,
  status: number | undefined,
  request: ExchangeRequest,
): Failure {
  const http = status === undefined ? undefined : `${status} ${STATUS_CODES[status] ?? ''}`.trim()
  const words = [code, type, named].filter((word) => word !== undefined && CODE.test(word))
  return {
    message: message === undefined ? (http ?? words[0] ?? 'The model failed.') : toSafeText(message, request),
    code: words[0] ?? (status === undefined ? undefined : String(status)),
  }
}

/** A failure of the connection. */
export function toConnectionFailure(error: unknown, request: ExchangeRequest): Failure {
  // `fetch` wraps what happened.
  const cause = read(error, 'cause') ?? error
  const code = [read(cause, 'code'), read(error, 'code'), read(error, 'name')].find(
    (word): word is string => typeof word === 'string' && CODE.test(word),
  )
  const message = [read(cause, 'message'), read(error, 'message')].find(
    (text): text is string => typeof text === 'string' && text !== '',
  )
  return { message: toSafeText(message ?? code ?? 'The connection failed.', request), code }
}

/** One short line, without credentials and without what of a request it repeats. */
function toSafeText(text: string, request: ExchangeRequest): string {
  let safe = text.replace(INPUT, '')
  for (const secret of secretsOf(request)) safe = safe.replaceAll(secret, REDACTED)
  safe = safe.replace(KEYS, REDACTED).replace(/\s+/g, ' ').trim()
  return safe.length <= MESSAGE_LIMIT ? safe : `${safe.slice(0, MESSAGE_LIMIT)}…`
}

function secretsOf({ header, url }: ExchangeRequest): string[] {
  const secrets = [url.searchParams.get('key'), url.password]
  for (const name of ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']) {
    try {
      secrets.push(header(name)?.replace(/^\w+\s+/, '') ?? null)
    } catch {
      // A request of the host may be gone by now.
    }
  }
  return secrets.filter((secret) => secret !== null && secret.length >= 6) as string[]
}

/** Objects of a host may throw when they are read. */
function read(value: unknown, key: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  } catch {
    return undefined
  }
}

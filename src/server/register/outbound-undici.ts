import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Cancel } from '../../bus/clock.js'
import type { ModelExchange } from '../observe/model-exchange.js'
import { currentContext } from './outbound-context.js'
import { isBeingFetched } from './outbound-fetch.js'
import { override } from './override.js'
import { attempt, guarded, type Watch } from './watch.js'

/** A request as undici has it inside, in each of its versions. */
interface UndiciRequest {
  method: string
  origin: string | URL
  path: string
  body: unknown
  /** Names and values in turn. */
  headers: unknown
}

/** What the channels tell, each a part of it. */
interface Message {
  request: UndiciRequest
  chunk: Uint8Array | string
  response: { statusCode: number; headers: unknown }
  error: unknown
}

const PLACE = 'The watching of an undici request'

/**
 * Watches the model calls that the app makes through undici, whichever copy of it: by undici's own diagnostics channels,
 * and for the response's bytes by the method that takes them.
 */
export function watchUndici(watch: Watch): Cancel {
  const exchanges = new WeakMap<object, ModelExchange>()
  const tell = (part: (exchange: ModelExchange, message: Message) => void): ((message: Message) => void) =>
    guarded(watch, PLACE, (message: Message) => {
      const exchange = exchanges.get(message.request)
      if (exchange !== undefined) part(exchange, message)
    })

  const create = guarded(watch, PLACE, ({ request }: Message) => {
    if (request.method !== 'POST') return
    const url = new URL(request.path, request.origin)
    const header = (name: string): string | undefined => headerOf(request.headers, name)
    if (header('sec-fetch-mode') !== undefined && isBeingFetched(url)) return
    const options = { source: 'undici', encoded: true, context: currentContext() }
    const exchange = watch.observe({ method: 'POST', url, header }, options)
    if (exchange === undefined) return
    exchanges.set(request, exchange)
    if (request.body instanceof Uint8Array) exchange.requestBody(request.body)
    override(request, 'onData', (proceed, [chunk]) => {
      attempt(watch, PLACE, () => exchange.responseBody(chunk as Uint8Array))
      return proceed()
    })
  })

  const channels = {
    'undici:request:create': create,
    'undici:request:bodyChunkSent': tell((exchange, { request, chunk }) => {
      // A body in one piece was seen when the request was made.
      if (!(request.body instanceof Uint8Array)) exchange.requestBody(chunk)
    }),
    'undici:request:bodySent': tell((exchange) => exchange.requestEnd()),
    'undici:request:headers': tell((exchange, { response }) =>
      exchange.response(response.statusCode, (name) => headerOf(response.headers, name)),
    ),
    'undici:request:trailers': tell((exchange) => exchange.responseEnd()),
    'undici:request:error': tell((exchange, { error }) => exchange.fail(error)),
  }
  for (const [name, listener] of Object.entries(channels)) subscribe(name, listener as never)
  return () => {
    for (const [name, listener] of Object.entries(channels)) unsubscribe(name, listener as never)
  }
}

/** Names and values come in turn, as text or bytes; older versions have one text with a header in each line. */
function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers === 'string') {
    const line = headers.split('\r\n').find((text) => text.toLowerCase().startsWith(`${name}:`))
    return line?.slice(name.length + 1).trim()
  }
  if (!Array.isArray(headers)) return undefined
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (String(headers[i]).toLowerCase() === name) return String(headers[i + 1])
  }
  return undefined
}

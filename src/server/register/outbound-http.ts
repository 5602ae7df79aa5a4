import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import type { Cancel } from '../../bus/clock.js'
import type { ModelExchange } from '../observe/model-exchange.js'
import { currentContext } from './outbound-context.js'
import { override } from './override.js'
import { attempt, type Watch } from './watch.js'

const PLACE = 'The watching of an HTTP client'
const LOST = new Error('the connection was lost within the response')

interface Fate {
  /** It has ended, whatever may come after it. */
  isSettled: boolean
  /** The app itself has destroyed the request or the response. */
  hasGivenUp: boolean
}

/**
 * Watches the model calls that the app makes through `node:http` and `node:https`, which axios and the like stand on. No
 * listener is added, for Node treats a request without listeners otherwise: events and chunks are seen on their way.
 */
export function watchHttpClients(watch: Watch): Cancel {
  const restore = [http, https].map((module) =>
    override(module, 'request', (proceed) => {
      const request = proceed() as ClientRequest
      attempt(watch, PLACE, () => observeRequest(watch, request))
      return request
    }),
  )
  // Named imports of ES modules see the change, too.
  syncBuiltinESMExports()
  return () => {
    for (const undo of restore) undo()
    syncBuiltinESMExports()
  }
}

function observeRequest(watch: Watch, request: ClientRequest): void {
  if (request.method !== 'POST') return
  const address = `${request.protocol}//${toText(request.getHeader('host')) ?? request.host}`
  if (!URL.canParse(request.path, address)) return
  const url = new URL(request.path, address)
  const header = (name: string): string | undefined => toText(request.getHeader(name))
  const options = { source: 'http', encoded: true, context: currentContext() }
  const exchange = watch.observe({ method: 'POST', url, header }, options)
  if (exchange === undefined) return
  const tell = (part: () => void): void => attempt(watch, PLACE, part)
  const fate: Fate = { isSettled: false, hasGivenUp: false }

  const see = ([chunk, encoding]: readonly unknown[]): void => {
    if (chunk instanceof Uint8Array) exchange.requestBody(chunk)
    else if (typeof chunk === 'string') exchange.requestBody(toBody(chunk, encoding))
  }
  override(request, 'write', (proceed, args) => {
    tell(() => see(args))
    return proceed()
  })
  override(request, 'end', (proceed, args) => {
    tell(() => {
      see(args)
      exchange.requestEnd()
    })
    return proceed()
  })
  override(request, 'destroy', (proceed, [error]) => {
    // With an error it is that error that ends the request.
    fate.hasGivenUp ||= error === undefined
    return proceed()
  })
  override(request, 'emit', (proceed, [event, value]) => {
    tell(() => {
      if (event === 'response') observeResponse(watch, value as IncomingMessage, exchange, fate)
      else if (event === 'error') settle(exchange, fate, value)
      else if (event === 'close' && fate.hasGivenUp) settle(exchange, fate, undefined)
    })
    return proceed()
  })
}

function observeResponse(watch: Watch, response: IncomingMessage, exchange: ModelExchange, fate: Fate): void {
  const tell = (part: () => void): void => attempt(watch, PLACE, part)
  exchange.response(response.statusCode ?? 0, (name) => toText(response.headers[name]))
  override(response, 'push', (proceed, [chunk]) => {
    tell(() => {
      if (chunk instanceof Uint8Array) exchange.responseBody(chunk)
      else if (chunk === null && !fate.isSettled) {
        fate.isSettled = true
        exchange.responseEnd()
      }
    })
    return proceed()
  })
  override(response, 'destroy', (proceed, [error]) => {
    fate.hasGivenUp ||= error === undefined
    return proceed()
  })
  override(response, 'emit', (proceed, [event, value]) => {
    tell(() => {
      if (event === 'error') settle(exchange, fate, value)
      else if (event === 'aborted' || event === 'close') settle(exchange, fate, LOST)
    })
    return proceed()
  })
}

/** Ends what has not ended by itself: by the app, or by what happened to its connection. */
function settle(exchange: ModelExchange, fate: Fate, error: unknown): void {
  if (fate.isSettled) return
  fate.isSettled = true
  if (fate.hasGivenUp) exchange.abort()
  else exchange.fail(error)
}

function toBody(chunk: string, encoding: unknown): string | Uint8Array {
  const isPlain = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)
  return isPlain ? chunk : Buffer.from(chunk, encoding as BufferEncoding)
}

function toText(value: number | string | string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

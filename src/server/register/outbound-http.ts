import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import type { Cancel } from '../../bus/clock.js'
import type { ModelExchange } from '../observe/model-exchange.js'
import { currentContext } from './outbound-context.js'
import { override } from './override.js'
import { attempt, type Watch } from './watch.js'

const PLACE = 'The watching of an HTTP client'

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
  const tell = (part: () => void): void => void attempt(watch, PLACE, part)
  let hasGivenUp = false

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
    hasGivenUp ||= error === undefined
    return proceed()
  })
  override(request, 'emit', (proceed, [event, value]) => {
    tell(() => {
      if (event === 'response') observeResponse(watch, value as IncomingMessage, exchange, () => hasGivenUp)
      else if (event === 'error' && !hasGivenUp) exchange.fail(value)
      else if ((event === 'error' || event === 'close') && hasGivenUp) exchange.abort()
    })
    return proceed()
  })
}

function observeResponse(
  watch: Watch,
  response: IncomingMessage,
  exchange: ModelExchange,
  hasGivenUp: () => boolean,
): void {
  const tell = (part: () => void): void => void attempt(watch, PLACE, part)
  let isLeft = false
  exchange.response(response.statusCode ?? 0, (name) => toText(response.headers[name]))
  override(response, 'push', (proceed, [chunk]) => {
    tell(() => {
      if (chunk === null) exchange.responseEnd()
      else if (chunk instanceof Uint8Array) exchange.responseBody(chunk)
    })
    return proceed()
  })
  override(response, 'destroy', (proceed, [error]) => {
    isLeft ||= error === undefined
    return proceed()
  })
  override(response, 'emit', (proceed, [event, value]) => {
    tell(() => {
      if (event === 'error' && !hasGivenUp() && !isLeft) exchange.fail(value)
      else if (event === 'aborted' || event === 'close') {
        if (isLeft || hasGivenUp()) exchange.abort()
        else exchange.fail(new Error('the connection was lost within the response'))
      }
    })
    return proceed()
  })
}

function toBody(chunk: string, encoding: unknown): string | Uint8Array {
  const isPlain = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)
  return isPlain ? chunk : Buffer.from(chunk, encoding as BufferEncoding)
}

function toText(value: number | string | string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

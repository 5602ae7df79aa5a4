import type { Cancel } from '../../bus/clock.js'
import type { ModelExchange } from '../observe/model-exchange.js'
import { currentContext } from './outbound-context.js'
import { observeStream, type StreamEvents } from './observe-stream.js'
import { override } from './override.js'
import { attempt, type Watch } from './watch.js'

type Input = Parameters<typeof fetch>[0]
type Init = Parameters<typeof fetch>[1]

const PLACE = 'The watching of a fetch'

/** URLs that are being fetched here, so that what is below `fetch` is not watched as well. */
const fetching = new Map<string, number>()

export function isBeingFetched(url: URL): boolean {
  return fetching.has(url.href)
}

/**
 * Watches the model calls that the app makes through the global `fetch`. All other requests are passed straight on. The
 * app gets the very response that it would get; its body is looked at while the app reads it.
 */
export function watchFetch(watch: Watch): Cancel {
  return override(globalThis, 'fetch', (proceed, [input, init]) => {
    const begun = attempt(watch, PLACE, () => begin(watch, input as Input, init as Init))
    if (begun === undefined) return proceed()
    const { exchange, url, signal } = begun
    const settle = hold(url)
    const fail = (error: unknown): never => {
      settle()
      attempt(watch, PLACE, () => tellFailure(exchange, error, signal))
      throw error
    }
    try {
      return (proceed() as Promise<Response>).then((response) => {
        settle()
        attempt(watch, PLACE, () => observeResponse(watch, response, begun))
        return response
      }, fail)
    } catch (error) {
      return fail(error)
    }
  })
}

interface Begun {
  exchange: ModelExchange
  url: string
  signal: AbortSignal | undefined
}

function begin(watch: Watch, input: Input, init: Init): Begun | undefined {
  const request = typeof input === 'object' && 'url' in input ? input : undefined
  const method = init?.method ?? request?.method
  if (typeof method !== 'string' || method.toUpperCase() !== 'POST') return undefined
  const address = request?.url ?? (typeof input === 'string' ? input : (input as URL).href)
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  const header = (name: string): string | undefined =>
    toHeader(init?.headers, name) ?? request?.headers.get(name) ?? undefined
  const options = { source: 'fetch', context: currentContext() }
  const exchange = watch.observe({ method: 'POST', url, header }, options)
  if (exchange === undefined) return undefined
  attempt(watch, PLACE, () => observeBody(watch, init?.body ?? request?.body, exchange))
  return { exchange, url: url.href, signal: init?.signal ?? request?.signal }
}

/** The headers as they are given. An iterator can be read but once; it is the app's. */
function toHeader(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const isRecord = !(Symbol.iterator in headers)
  if (!isRecord && !Array.isArray(headers)) return undefined
  const pairs = isRecord ? Object.entries(headers) : (headers as [unknown, unknown][])
  const pair = pairs.find(([key]) => String(key).toLowerCase() === name)
  return pair === undefined ? undefined : String(pair[1])
}

function observeBody(watch: Watch, body: unknown, exchange: ModelExchange): void {
  if (body instanceof ReadableStream) {
    if (!body.locked) observeStream(body, bodyEvents(watch, exchange))
    return
  }
  if (typeof body === 'string') exchange.requestBody(body)
  else if (ArrayBuffer.isView(body)) {
    exchange.requestBody(new Uint8Array(body.buffer, body.byteOffset, body.byteLength))
  } else if (body instanceof ArrayBuffer) exchange.requestBody(new Uint8Array(body))
  exchange.requestEnd()
}

function bodyEvents(watch: Watch, exchange: ModelExchange): StreamEvents {
  const end = (): void => attempt(watch, PLACE, () => exchange.requestEnd())
  return {
    chunk: (bytes) => attempt(watch, PLACE, () => exchange.requestBody(bytes)),
    end,
    // What becomes of the request the fetch itself tells.
    fail: end,
    cancel: end,
  }
}

function observeResponse(watch: Watch, response: Response, { exchange, signal }: Begun): void {
  const { headers, body } = response
  exchange.response(response.status, (name) => headers.get(name) ?? undefined)
  if (body === null) exchange.responseEnd()
  else {
    observeStream(body as ReadableStream<Uint8Array>, {
      chunk: (bytes) => attempt(watch, PLACE, () => exchange.responseBody(bytes)),
      end: () => attempt(watch, PLACE, () => exchange.responseEnd()),
      fail: (error) => attempt(watch, PLACE, () => tellFailure(exchange, error, signal)),
      cancel: () => attempt(watch, PLACE, () => exchange.abort()),
    })
  }
}

/** What an app gives up ends with the app's own reason, whatever that is; that of a timeout is a failure. */
function tellFailure(exchange: ModelExchange, error: unknown, signal: AbortSignal | undefined): void {
  const isReason = signal?.aborted === true && error === signal.reason
  if (isReason && (error as Error | null)?.name !== 'TimeoutError') exchange.abort()
  else exchange.fail(error)
}

/** Holds a URL as being fetched until the answered function is called. */
function hold(url: string): () => void {
  fetching.set(url, (fetching.get(url) ?? 0) + 1)
  return () => {
    const left = fetching.get(url)! - 1
    if (left === 0) fetching.delete(url)
    else fetching.set(url, left)
  }
}

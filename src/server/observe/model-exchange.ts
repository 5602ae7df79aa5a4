/** What of a request is known when it begins. */
export interface ExchangeRequest {
  method: string
  url: URL
  /** The value of a header, its name in lower case. Asked only while the exchange lasts; never kept. */
  header(name: string): string | undefined
}

export interface ExchangeOptions {
  /** Which source saw it: `proxy`, `fetch` and so on. */
  source: string
  /** Default: told by the host. A given one also makes any call with a fitting path a model call. */
  provider?: string | undefined
  /** What the call belongs to. */
  context?: { requestId?: string | undefined; session?: string | undefined } | undefined
  /**
   * The response's bytes are those of the wire: they are compressed when its `content-encoding` says so. Default:
   * false, decoded as `fetch` hands them out.
   */
  encoded?: boolean | undefined
}

/**
 * One HTTP exchange with a model provider, as it passes by. No method throws; chunks are only looked at, never changed,
 * and nothing of them is kept but names, counts and a piece of an error message. Each of `responseEnd`, `fail` and
 * `abort` ends it; whatever comes later does nothing.
 */
export interface ModelExchange {
  /** A piece of the request's body as it is sent. */
  requestBody(chunk: Uint8Array | string): void
  /** The body is complete. Also to be told when there is none. */
  requestEnd(): void
  response(status: number, header: (name: string) => string | undefined): void
  responseBody(chunk: Uint8Array): void
  responseEnd(): void
  /**
   * The connection failed, before the response or within it. The errors with which clients end what the app gave up count
   * as `abort`.
   */
  fail(error: unknown): void
  /** The app gave up. */
  abort(): void
}

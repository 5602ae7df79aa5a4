import type { CallEnd, CallHandle, Ops } from '../../bus/ops.js'
import type { Clock } from '../../bus/clock.js'
import type { Endpoint } from './endpoint.js'
import { ERROR_BODY, toConnectionFailure, toReplyFailure } from './failure.js'
import { createInflation, type Inflation } from './inflation.js'
import type { ExchangeOptions, ExchangeRequest, ModelExchange } from './model-exchange.js'
import { toKnownProvider } from './provider.js'
import { Reply } from './reply.js'
import { ReplyReader } from './reply-reader.js'
import { RequestReader } from './request-reader.js'

/** Milliseconds after which a call shows whose body is still on its way. */
const UPLOAD_TIME = 200
/** What a call ends with that the app gave up: by DOM and Node, by undici, by axios. */
const ABORTED = new Set(['AbortError', 'ABORT_ERR', 'UND_ERR_ABORTED', 'ERR_CANCELED'])
const CUT = { message: 'The stream ended before the model did.', code: 'incomplete_stream' }

/** Reads an exchange as it passes, and records the call that it is. */
export class ObservedExchange implements ModelExchange {
  readonly #ops: Ops
  readonly #request: ExchangeRequest
  readonly #endpoint: Endpoint
  readonly #options: ExchangeOptions
  readonly #clock: Clock
  readonly #begun: number
  readonly #body: RequestReader
  readonly #reply = new Reply()
  /** From the moment on that it is known to be one. */
  #call: CallHandle | undefined
  #cancelWait: (() => void) | undefined
  #status: number | undefined
  #reader: ReplyReader | undefined
  #inflation: Inflation | undefined
  #isBodyRead = false
  /** Tokens that the latest progress told of. */
  #told = 0
  #isOver = false

  constructor(
    ops: Ops,
    request: ExchangeRequest,
    endpoint: Endpoint,
    options: ExchangeOptions,
    clock: Clock,
  ) {
    this.#ops = ops
    this.#request = request
    this.#endpoint = endpoint
    this.#options = options
    this.#clock = clock
    this.#begun = clock.monotonic()
    this.#body = new RequestReader(endpoint.protocol)
  }

  requestBody(chunk: Uint8Array | string): void {
    this.#guard(() => {
      if (this.#isBodyRead) return
      this.#body.read(chunk)
      if (this.#call === undefined)
        this.#cancelWait ??= this.#clock.setTimeout(() => this.#guard(() => this.#start()), UPLOAD_TIME)
    })
  }

  requestEnd(): void {
    this.#guard(() => this.#endBody())
  }

  response(status: number, header: (name: string) => string | undefined): void {
    this.#guard(() => {
      this.#endBody()
      if (this.#isOver) return
      this.#status = status
      const shape = status >= 400 ? ERROR_BODY : this.#endpoint.protocol.reply
      const encoding = this.#options.encoded === true ? header('content-encoding')?.toLowerCase().trim() : ''
      if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
        this.#inflation = createInflation(encoding, (bytes) => this.#guard(() => this.#read(bytes)))
        if (this.#inflation === undefined) return
      }
      this.#reader = new ReplyReader(shape, this.#reply)
    })
  }

  responseBody(chunk: Uint8Array): void {
    this.#guard(() => {
      if (this.#inflation === undefined) this.#read(chunk)
      else this.#inflation.write(chunk)
    })
  }

  responseEnd(): void {
    this.#guard(() => {
      const finish = (): void => this.#guard(() => this.#finish())
      if (this.#inflation === undefined) finish()
      else this.#inflation.end(finish)
    })
  }

  fail(error: unknown): void {
    this.#guard(() => {
      const failure = toConnectionFailure(error, this.#request)
      if (failure.code !== undefined && ABORTED.has(failure.code)) this.#abort()
      else this.#settle((call, end) => (this.#isDone ? call.end(end) : call.fail(failure, end)))
    })
  }

  abort(): void {
    this.#guard(() => this.#abort())
  }

  /** Clients may leave as soon as the model has said that it is done. */
  get #isDone(): boolean {
    return this.#reply.isFinished && this.#reply.error === undefined && (this.#status ?? 0) < 400
  }

  get #isStreaming(): boolean {
    const { streaming, protocol, operation } = this.#endpoint
    const byDefault = protocol.streamsByDefault && operation !== 'embeddings'
    return (streaming ?? this.#body.streaming ?? byDefault) || this.#reader?.isEventStream === true
  }

  #endBody(): void {
    if (this.#isBodyRead) return
    this.#isBodyRead = true
    this.#start()
    if (this.#call === undefined) this.#close()
  }

  /** Records the call once it is certain to be one. */
  #start(): void {
    this.#cancelWait?.()
    if (this.#call !== undefined) return
    const { url } = this.#request
    const { source, provider = toKnownProvider(url), context } = this.#options
    const model = this.#endpoint.model ?? this.#body.model
    const isTold = provider !== undefined || this.#endpoint.isSpecific
    const { hasContent, isUnreadable } = this.#body
    if (isTold ? !hasContent && !isUnreadable : !hasContent || model === undefined) return
    const age = this.#clock.monotonic() - this.#begun
    this.#call = this.#ops.startCall({
      provider: provider ?? url.host,
      model: model ?? 'unknown',
      operation: this.#endpoint.operation,
      streaming: this.#isStreaming,
      source,
      ...context,
      // Of an upload that took its time.
      startedAt: age >= 1 ? Math.round(this.#clock.now() - age) : undefined,
    })
  }

  #read(bytes: Uint8Array): void {
    if (this.#reader === undefined) return
    this.#reader.read(bytes)
    const { text } = this.#reply
    if (text.isEmpty || !this.#isStreaming) return
    const counts = this.#reply.toCounts(this.#endpoint.protocol.toCounts(this.#reply.usage))
    if (counts.outputTokens === this.#told) return
    this.#told = counts.outputTokens ?? 0
    this.#call?.progress(counts)
  }

  #finish(): void {
    const { error } = this.#reply
    const failed = (this.#status ?? 0) >= 400 ? this.#status : undefined
    const isReadable = this.#reader !== undefined && this.#inflation?.hasFailed !== true
    const isCut = isReadable && this.#isStreaming && !this.#reply.isFinished
    this.#settle((call, end) => {
      if (failed !== undefined || error !== undefined)
        call.fail(toReplyFailure(error ?? {}, failed, this.#request), end)
      else if (isCut) call.fail(CUT, end)
      else call.end(end)
    })
  }

  #abort(): void {
    this.#settle((call, end) => (this.#isDone ? call.end(end) : call.cancel(end)))
  }

  #settle(tell: (call: CallHandle, end: CallEnd) => void): void {
    this.#endBody()
    const call = this.#call
    if (this.#isOver || call === undefined) return
    const { usage, finishReason, model } = this.#reply
    const counts = this.#reply.toCounts(this.#endpoint.protocol.toCounts(usage))
    // Written out: V8 is slow to add to a copy.
    const end: CallEnd = {
      inputTokens: counts.inputTokens,
      outputTokens: counts.outputTokens,
      cachedTokens: counts.cachedTokens,
      reasoningTokens: counts.reasoningTokens,
      estimated: counts.estimated,
      finishReason,
      httpStatus: this.#status,
      streaming: this.#isStreaming,
      // Who asks for one model goes on under its name, whatever version answers.
      model: (this.#endpoint.model ?? this.#body.model) === undefined ? model : undefined,
    }
    this.#close()
    tell(call, end)
  }

  #close(): void {
    this.#isOver = true
    this.#cancelWait?.()
    this.#inflation?.stop()
  }

  /** A fault of ours: the call goes on to its end, but nothing more is read of it. */
  #guard(step: () => void): void {
    if (this.#isOver) return
    try {
      step()
    } catch (error) {
      this.#ops.fault('The observation of a model call', error)
      this.#reader = undefined
    }
  }
}

import type { EventBus } from './event-bus.js'
import type { BusEvents, SettableActivity, TokenCounts } from './messages.js'
import type { CallEnd, CallHandle, CallOptions, Ops, RequestHandle, RequestOptions } from './ops.js'
import { toErrorText, toName, toPlainFields, toText } from './plain.js'
import { CHANNEL_STATES, LEVELS } from './protocol.js'

type Recorder = Pick<Ops, 'counter' | 'startRequest' | 'startCall' | 'log' | 'setChannel'>

/** Turns recorder calls into messages on the bus. Nothing here throws: what makes no sense goes to `anomaly`. */
export function createRecorder(bus: EventBus<BusEvents>, anomaly: () => void): Recorder {
  let lastId = 0
  const newId = (prefix: string): string => `${prefix}_${(++lastId).toString(36)}`

  /** Host objects may have throwing getters; a recorder call must not. */
  const guard = (record: () => void): void => {
    try {
      record()
    } catch {
      anomaly()
    }
  }

  const startCall = (
    options: CallOptions,
    request?: { id: string; session: string | undefined },
  ): CallHandle => {
    const id = readId(options, 'c')
    guard(() =>
      bus.publish('call.start', {
        id,
        provider: toName(options.provider) ?? 'unknown',
        model: toName(options.model) ?? 'unknown',
        requestId: request?.id ?? toName(options.requestId),
        session: toName(options.session) ?? request?.session,
        operation: toName(options.operation),
        streaming: options.streaming === true,
        source: toName(options.source),
        startedAt: toNumber(options.startedAt),
      }),
    )
    const end = (
      state: 'ok' | 'error' | 'cancelled',
      details: CallEnd | undefined,
      error?: unknown,
    ): void => {
      bus.publish('call.end', {
        id,
        state,
        ...toTokenCounts(details),
        finishReason: toName(read(details, 'finishReason')),
        model: toName(read(details, 'model')),
        streaming: toFlag(read(details, 'streaming')),
        httpStatus: toNumber(read(details, 'httpStatus')) ?? statusOf(error),
        ...(state === 'error' && { error: toErrorText(error), errorType: errorTypeOf(error) }),
      })
    }
    return {
      id,
      progress: (progress = {}) =>
        guard(() => bus.publish('call.progress', { id, ...toTokenCounts(progress) })),
      end: (details) => end('ok', details),
      fail: (error, details) => end('error', details, error),
      cancel: (details) => end('cancelled', details),
    }
  }

  const startRequest = (options: RequestOptions = {}): RequestHandle => {
    const id = readId(options, 'r')
    let session: string | undefined
    guard(() => {
      session = toName(options.session)
      bus.publish('request.start', {
        id,
        kind: toName(options.kind) ?? 'request',
        name: toName(options.name),
        session,
        channel: toName(options.channel),
        activity: toActivity(options.activity),
        automatic: options.automatic === true,
      })
    })
    return {
      id,
      update: (update) =>
        guard(() => {
          session = toName(update.session) ?? session
          const { step } = update
          bus.publish('request.update', {
            id,
            name: toName(update.name),
            session: toName(update.session),
            channel: toName(update.channel),
            activity: toActivity(update.activity),
            step: step && { kind: toName(step.kind) ?? 'step', name: toName(step.name) ?? '' },
          })
        }),
      startCall: (call) => startCall(call, { id, session }),
      end: () => bus.publish('request.end', { id, state: 'ok' }),
      fail: (error, options) =>
        bus.publish('request.end', {
          id,
          state: 'error',
          error: toErrorText(error),
          logged: read(options, 'logged') === true,
        }),
      cancel: () => bus.publish('request.end', { id, state: 'cancelled' }),
    }
  }

  /** The caller's id, or a new one. */
  const readId = (options: { id?: string | undefined } | undefined, prefix: string): string => {
    try {
      const id = toName(options?.id)
      if (id !== undefined && id !== '') return id
    } catch {
      anomaly()
    }
    return newId(prefix)
  }

  return {
    startRequest,
    startCall: (options) => startCall(options),
    counter: (name) => ({
      add: (amount = 1) => guard(() => bus.publish('counter', { name: toText(name, 256), add: amount })),
    }),
    log: (level, source, message, fields, context) =>
      guard(() => {
        if (!LEVELS.includes(level)) anomaly()
        bus.publish('log', {
          level: LEVELS.includes(level) ? level : 'info',
          source: toName(source) ?? 'unknown',
          message: toText(message),
          time: typeof context?.time === 'number' && context.time > 0 ? context.time : undefined,
          requestId: toName(context?.requestId),
          callId: toName(context?.callId),
          session: toName(context?.session),
          fields: typeof fields === 'object' && fields !== null ? toPlainFields(fields) : undefined,
        })
      }),
    setChannel: (name, channel) =>
      guard(() => {
        if (!CHANNEL_STATES.includes(channel.state)) return anomaly()
        bus.publish('channel', {
          name: toText(name, 256),
          kind: toName(channel.kind) ?? toText(name, 256),
          state: channel.state,
          detail: toName(channel.detail),
        })
      }),
  }
}

function toActivity(activity: unknown): SettableActivity | undefined {
  return activity === 'queued' || activity === 'working' ? activity : undefined
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function toFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function toTokenCounts(counts: TokenCounts | undefined): TokenCounts {
  return {
    inputTokens: toNumber(read(counts, 'inputTokens')),
    outputTokens: toNumber(read(counts, 'outputTokens')),
    cachedTokens: toNumber(read(counts, 'cachedTokens')),
    reasoningTokens: toNumber(read(counts, 'reasoningTokens')),
    estimated: read(counts, 'estimated') === true,
  }
}

/** The HTTP status that the usual clients' errors carry. */
function statusOf(error: unknown): number | undefined {
  return toNumber(read(error, 'status') ?? read(error, 'statusCode'))
}

/** A low-cardinality name of what failed: the error's code, the status, or its class. */
function errorTypeOf(error: unknown): string | undefined {
  const code = read(error, 'code')
  if (typeof code === 'string') return toName(code)
  const status = statusOf(error)
  if (status !== undefined) return String(status)
  return toName(read(error, 'name'))
}

/** A host's objects may throw when they are read; then the value is unknown. */
function read(value: unknown, key: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  } catch {
    return undefined
  }
}

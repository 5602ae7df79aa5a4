import type {
  CallRecord,
  ChannelRecord,
  ChannelState,
  FeedMetrics,
  Fields,
  Level,
  LogLine,
  Metrics,
  ProcessMetrics,
  RequestRecord,
  Snapshot,
} from './protocol.js'
import type { EventBus } from './event-bus.js'
import type { Histogram } from './histogram.js'
import type { BusEvents, SettableActivity, TokenCounts } from './messages.js'
import type { Cancel } from './clock.js'

/*
 * The recorder API. Every call is safe in a host: it never throws, never awaits, and does nothing surprising when
 * it is made twice, late, or with wrong values; such calls are counted as anomalies.
 */

export interface Counter {
  /** Adds `amount`, by default 1. */
  add(amount?: number): void
}

export interface Gauge {
  /** Sets the gauge; replaces a callback given before. */
  set(value: number): void
}

export interface RequestOptions {
  /** Default: a new one. */
  id?: string | undefined
  /** `message` counts in messagesProcessed. Default: `request`. */
  kind?: string | undefined
  name?: string | undefined
  session?: string | undefined
  channel?: string | undefined
  activity?: SettableActivity | undefined
  /** From a source that sees everything (an HTTP hook): sampled on a busy host. Default: false. */
  automatic?: boolean | undefined
}

export interface RequestUpdate {
  name?: string | undefined
  session?: string | undefined
  channel?: string | undefined
  activity?: SettableActivity | undefined
  /** What it does now; `null` ends the step. */
  step?: { kind: string; name: string } | null | undefined
}

export interface CallOptions {
  id?: string | undefined
  requestId?: string | undefined
  session?: string | undefined
  provider: string
  model: string
  /** Default: `chat`. */
  operation?: string | undefined
  /** Default: false. */
  streaming?: boolean | undefined
  /** Default: `api`. */
  source?: string | undefined
  /** Epoch milliseconds. Default: now. */
  startedAt?: number | undefined
}

export type CallProgress = TokenCounts

export interface CallEnd extends TokenCounts {
  finishReason?: string | undefined
  httpStatus?: number | undefined
  /** The model that answered, where the one asked for was not known. */
  model?: string | undefined
  /** Whether it streamed, where that was not known at the start. */
  streaming?: boolean | undefined
}

export interface CallHandle {
  readonly id: string
  /** A sign of life. The first one with or without tokens sets the time to first token. Sent at most 4 times a second. */
  progress(progress?: CallProgress): void
  end(end?: CallEnd): void
  /** Ends the call as failed and writes a log line of level error, source `model`. */
  fail(error: unknown, end?: CallEnd): void
  cancel(end?: CallEnd): void
}

export interface FailOptions {
  /** A line of level error about it is in the log already. Default: false. */
  logged?: boolean | undefined
}

export interface RequestHandle {
  readonly id: string
  update(update: RequestUpdate): void
  /** Starts a call of this request, with its session; while it runs it is the request's step. */
  startCall(call: CallOptions): CallHandle
  end(): void
  /** Ends the request as failed and writes a log line of level error, source `request`, unless there is one already. */
  fail(error: unknown, options?: FailOptions): void
  cancel(): void
}

export interface LogContext {
  /** Default: now. */
  time?: number | undefined
  requestId?: string | undefined
  callId?: string | undefined
  session?: string | undefined
}

export interface ChannelOptions {
  kind?: string | undefined
  state: ChannelState
  detail?: string | undefined
}

/** Automatic requests that a source counts by itself on a busy host, beside those that it records. */
export interface RequestTallies {
  /** In flight. */
  active: number
  /** Milliseconds that those took which have ended, all of them well, since the source was asked before. */
  ended: Histogram
}

/** Parts of the metrics that a source outside the core measures. */
export interface Samplers {
  process: () => ProcessMetrics
  requests: () => RequestTallies
  feed: () => Omit<FeedMetrics, 'sampled'>
}

export interface Ops {
  readonly service: string
  readonly version: string | undefined
  readonly environment: string | undefined
  readonly instance: string
  /** Identity of this run; sequence numbers of another epoch mean nothing here. */
  readonly epoch: string
  /** Messages in, deltas and snapshots out. */
  readonly bus: EventBus<BusEvents>
  /** Sequence number of the newest delta; 0 before the first. */
  readonly position: number

  counter(name: string): Counter
  /** `callback`, when given, is called once per snapshot. One that throws is logged once and its gauge is absent. */
  gauge(name: string, callback?: () => number): Gauge
  startRequest(options?: RequestOptions): RequestHandle
  startCall(options: CallOptions): CallHandle
  log(level: Level, source: string, message: string, fields?: Fields, context?: LogContext): void
  /** `since` is kept while the state stays the same. */
  setChannel(name: string, channel: ChannelOptions): void

  /** Installs the sampler of a part of the metrics, called once per snapshot; the latest one counts. */
  sample<Part extends keyof Samplers>(part: Part, sampler: Samplers[Part]): Cancel

  /** Counts a fault of a part of opswire or of a host's callback and logs it, once for each `place`. */
  fault(place: string, error: unknown): void

  /** Everything a page needs to begin. `history` bounds the log lines; default all that are held. */
  snapshot(options?: { history?: number }): Snapshot
  metrics(): Metrics
  /** The newest `limit` log lines, oldest first. Default: all that are held. */
  logLines(limit?: number): LogLine[]
  /** The ended ones that are still held, then those in flight, each oldest first. */
  requests(): RequestRecord[]
  calls(): CallRecord[]
  channels(): ChannelRecord[]

  /** Stops the timers. Recorder calls after it do nothing. */
  close(): void
}

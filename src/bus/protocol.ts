/**
 * The wire contract, version 1: what travels on the feed and in the JSON routes. Types and constants only.
 *
 * Times are epoch milliseconds, durations milliseconds, rates per second, ratios 0..1. Absent means unknown;
 * unknown is never 0. docs/protocol.md is the prose form of this file.
 */

export const PROTOCOL_VERSION = 1

/** Milliseconds between two snapshots of one stream. The snapshot is the heartbeat. */
export const HEARTBEAT_INTERVAL = 3000

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type Level = (typeof LEVELS)[number]

export type WorkState = 'active' | 'ok' | 'error' | 'cancelled' | 'stale'
/** Found by the recorder: `stalled` gives no sign of life for far longer than usual, `stuck` runs for far too long. */
export type Halt = 'stalled' | 'stuck'
export type Activity = 'queued' | 'working' | Halt

export const CHANNEL_STATES = ['connected', 'connecting', 'disconnected', 'error'] as const
export type ChannelState = (typeof CHANNEL_STATES)[number]

/** Values a log line may carry beside its message. Anything else is replaced by a marker when it is encoded. */
export type Fields = Record<string, unknown>

export interface LogLine {
  /** Number of this delta within its instance and epoch; unites lines seen twice. */
  seq: number
  time: number
  level: Level
  source: string
  message: string
  instance: string
  requestId?: string
  callId?: string
  session?: string
  fields?: Fields
}

/** What a request is doing now, and since when. */
export interface Step {
  /** `model`, `tool`, or a word of the host's own. */
  kind: string
  name: string
  since: number
}

/** One inbound unit of work: a chat message, an HTTP request, a job. */
export interface RequestRecord {
  id: string
  kind: string
  name?: string
  session?: string
  channel?: string
  startedAt: number
  state: WorkState
  activity?: Activity
  step?: Step
  /** When this request last gave a sign of life. */
  progressAt?: number
  endedAt?: number
  duration?: number
  error?: string
  instance: string
}

/** One outbound model call. */
export interface CallRecord {
  id: string
  requestId?: string
  session?: string
  provider: string
  /** The one that answered, as far as it is known. */
  model: string
  /** The model that was asked for, when another one answered; windows count the call under it. */
  requestedModel?: string
  /** What was asked of the model: `chat`, `embeddings` and so on. */
  operation: string
  streaming: boolean
  startedAt: number
  state: WorkState
  /** Only while the call is halted; one in flight without it is working. */
  activity?: Halt
  endedAt?: number
  firstTokenAt?: number
  timeToFirstToken?: number
  inputTokens?: number
  outputTokens?: number
  cachedTokens?: number
  reasoningTokens?: number
  tokensPerSecond?: number
  /** Present when tokens were counted from stream deltas, not reported by the provider. */
  estimated?: true
  duration?: number
  httpStatus?: number
  errorType?: string
  error?: string
  finishReason?: string
  /** Which source saw the call: `api`, `proxy`, `otlp` and so on. */
  source: string
  instance: string
}

/** A messaging adapter of the host. */
export interface ChannelRecord {
  name: string
  kind: string
  state: ChannelState
  /** When the channel entered its state. */
  since: number
  detail?: string
  instance: string
}

export interface Quantiles {
  count: number
  mean?: number
  p50?: number
  p95?: number
  p99?: number
  max?: number
}

export interface CallStatistics {
  total: number
  /** Calls that ended, per second of the window; while the recorder is younger than it, of the time since its start. */
  rate: number
  errors: number
  /** Absent when there was no call. */
  errorRate?: number
  latency: Quantiles
  timeToFirstToken: Quantiles
  tokensPerSecond: Quantiles
  /** Of the calls that told theirs; absent when none did. */
  inputTokens?: number
  outputTokens?: number
}

export interface ModelStatistics extends CallStatistics {
  provider: string
  model: string
  /** Calls in flight now. */
  active: number
}

export interface ProviderStatistics extends CallStatistics {
  provider: string
  active: number
}

export interface CallWindow extends CallStatistics {
  models: ModelStatistics[]
  providers: ProviderStatistics[]
}

export const CALL_WINDOWS = ['1m', '5m', '15m'] as const
export type CallWindowName = (typeof CALL_WINDOWS)[number]

export interface RequestStatistics {
  /** Requests that ended, per second. */
  rate: number
  errorRate?: number
  latency: Quantiles
}

export interface ProcessMetrics {
  /** Share of one core, 0..1 and above when several are busy. */
  cpu: number
  /** Bytes. */
  rss: number
  /** Bytes. */
  heapUsed: number
  eventLoopDelay: { p50: number; p99: number; max: number }
}

/** The feed's own cost and losses. */
export interface FeedMetrics {
  viewers: number
  lagging: number
  bytesPerSecond: number
  messagesPerSecond: number
  dropped: number
  /** Automatic requests that were counted but not sent as items. */
  sampled: number
  gaps: number
}

export interface Metrics {
  uptime: number
  instance: string
  /** Built in: messagesProcessed, errors, requests, calls. */
  counters: Record<string, number>
  /** Built in: activeSessions, queueDepth, activeRequests, activeCalls. Absent when a callback failed. */
  gauges: Record<string, number>
  process?: ProcessMetrics
  /** The last 5 minutes. */
  requests: RequestStatistics
  calls: Record<CallWindowName, CallWindow>
  feed: FeedMetrics
}

/** Points at a fixed step, oldest first, for sparklines and charts. */
export interface Series {
  /** Milliseconds between two points. */
  step: number
  /** Time of the first point. */
  from: number
  columns: Record<string, (number | null)[]>
}

export interface Snapshot {
  time: number
  metrics?: Metrics
  log?: LogLine[]
  requests?: RequestRecord[]
  calls?: CallRecord[]
  channels?: ChannelRecord[]
  series?: Series
  /** Items that a full snapshot left out to stay within its size, by section. */
  truncated?: Record<string, number>
}

export type RequestDelta = RequestRecord & { phase: 'start' | 'update' | 'end' }
export type CallDelta = CallRecord & { phase: 'start' | 'progress' | 'end' }

export interface Hello {
  protocol: typeof PROTOCOL_VERSION
  epoch: string
  instance: string
  service: string
  /** The service's version, if it named one. */
  version?: string
  /** Where the service runs (`production`, `staging`), if it said so. */
  environment?: string
  time: number
  heartbeat: number
  resumed: boolean
  topics: Topic[]
}

export type GapReason = 'lagging' | 'evicted' | 'epoch' | 'broker'

/** Items that could not be delivered. A full snapshot follows. */
export interface Gap {
  /** First missing seq. */
  from?: number
  /** Last missing seq. */
  to?: number
  missed?: number
  reason: GapReason
}

export interface Bye {
  reason: 'shutdown' | 'lagging' | 'full' | 'expired'
  /** Milliseconds after which to connect again. */
  retry: number
}

/** The wire events and their data. */
export interface FeedEvents {
  hello: Hello
  snapshot: Snapshot
  log: LogLine[]
  request: RequestDelta[]
  call: CallDelta[]
  channel: ChannelRecord[]
  gap: Gap
  bye: Bye
}

/** What a viewer may ask for. `metrics` comes with the snapshots, the others as deltas. */
export const TOPICS = ['metrics', 'log', 'request', 'call', 'channel'] as const
export type Topic = (typeof TOPICS)[number]
export type DeltaTopic = Exclude<Topic, 'metrics'>

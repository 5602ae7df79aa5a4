import type {
  Activity,
  CallDelta,
  CallRecord,
  ChannelRecord,
  ChannelState,
  DeltaTopic,
  Fields,
  Level,
  LogLine,
  Metrics,
  RequestDelta,
  RequestRecord,
} from './protocol.js'

/** What a source may say of a request; `stalled` and `stuck` are found here. */
export type SettableActivity = Extract<Activity, 'queued' | 'working'>

/*
 * What travels on the bus. Sources publish messages; the live state applies them and publishes deltas; the metrics
 * ticker publishes a tick every heartbeat; the hub listens to both.
 */

/** Of every message that may come from another process: a program that publishes over HTTP, a span of another service. */
export interface Origin {
  /** The process that it comes from; ids are told apart by it. Default: this one. */
  instance?: string | undefined
}

export interface LogMessage extends Origin {
  level: Level
  source: string
  message: string
  /** Default: now. */
  time?: number | undefined
  requestId?: string | undefined
  callId?: string | undefined
  session?: string | undefined
  fields?: Fields | undefined
}

export interface RequestStartMessage extends Origin {
  id: string
  kind: string
  name?: string | undefined
  session?: string | undefined
  channel?: string | undefined
  /** Epoch milliseconds. Default: now. Durations count from it; one that lies ahead counts as now. */
  startedAt?: number | undefined
  activity?: SettableActivity | undefined
  /** May be left out of the feed on a busy host, though never of the metrics. */
  automatic?: boolean | undefined
}

export interface RequestUpdateMessage extends Origin {
  id: string
  name?: string | undefined
  session?: string | undefined
  channel?: string | undefined
  activity?: SettableActivity | undefined
  /** `null` ends the step. */
  step?: { kind: string; name: string } | null | undefined
}

/** Measured by whoever sends it; what is absent is measured here. */
export interface MeasuredEnd {
  /** Epoch milliseconds. Default: now. */
  endedAt?: number | undefined
  /** Milliseconds. Default: from start to end. */
  duration?: number | undefined
}

export interface RequestEndMessage extends Origin, MeasuredEnd {
  id: string
  state: 'ok' | 'error' | 'cancelled'
  error?: string | undefined
  /** The failure is in the log already. */
  logged?: boolean | undefined
}

export interface CallStartMessage extends Origin {
  id: string
  provider: string
  model: string
  requestId?: string | undefined
  session?: string | undefined
  operation?: string | undefined
  streaming?: boolean | undefined
  /** Epoch milliseconds, as for a request. */
  startedAt?: number | undefined
  source?: string | undefined
}

/** Token counts are totals so far, not increments. */
export interface TokenCounts {
  inputTokens?: number | undefined
  outputTokens?: number | undefined
  cachedTokens?: number | undefined
  reasoningTokens?: number | undefined
  /** The counts come from stream deltas, not from the provider. */
  estimated?: boolean | undefined
}

export interface CallProgressMessage extends TokenCounts, Origin {
  id: string
  /** Milliseconds from the start. Default: measured here, at the first progress. */
  timeToFirstToken?: number | undefined
}

export interface CallEndMessage extends TokenCounts, Origin, MeasuredEnd {
  id: string
  state: 'ok' | 'error' | 'cancelled'
  finishReason?: string | undefined
  httpStatus?: number | undefined
  errorType?: string | undefined
  error?: string | undefined
  /** Milliseconds from the start, as in a progress. */
  timeToFirstToken?: number | undefined
  /** The model that answered, where it is another than was asked for. */
  model?: string | undefined
  streaming?: boolean | undefined
  /** The failure is in the log already. */
  logged?: boolean | undefined
}

/**
 * What became known of a call after its end: its usage comes on a span of its own, say. The call is sent again, its
 * windows get the tokens that they lacked.
 */
export interface CallAmendMessage extends TokenCounts, Origin {
  id: string
  finishReason?: string | undefined
  httpStatus?: number | undefined
}

export interface ChannelMessage extends Origin {
  name: string
  kind: string
  state: ChannelState
  detail?: string | undefined
}

export interface Messages {
  log: LogMessage
  'request.start': RequestStartMessage
  'request.update': RequestUpdateMessage
  'request.end': RequestEndMessage
  'call.start': CallStartMessage
  'call.progress': CallProgressMessage
  'call.end': CallEndMessage
  'call.amend': CallAmendMessage
  channel: ChannelMessage
  counter: { name: string; add: number }
  gauge: { name: string; value: number }
}

interface DeltaItems {
  log: LogLine
  request: RequestDelta
  call: CallDelta
  channel: ChannelRecord
}

/** One change of the live state: a complete record under the next sequence number of this epoch. */
export type Delta = { [T in DeltaTopic]: { seq: number; topic: T; item: DeltaItems[T] } }[DeltaTopic]

/** The metrics of one heartbeat. */
export interface Tick {
  time: number
  metrics: Metrics
}

/** Work that reached its end. */
export interface Ended<Record> {
  record: Record
  /** Monotonic. */
  time: number
}

/** The record of ended work was put right: by a late end, or by what became known of it later. */
export interface Corrected<Record> {
  before: Record
  after: Record
  /** When its end was told of. Monotonic. */
  time: number
}

export interface BusEvents extends Messages {
  delta: Delta
  tick: Tick
  /** The recorder was closed: nothing will come any more. */
  closed: undefined
  /** Comes also for requests that sampling keeps out of the feed. */
  'request.ended': Ended<RequestRecord>
  'request.corrected': Corrected<RequestRecord>
  'call.ended': Ended<CallRecord>
  'call.corrected': Corrected<CallRecord>
}

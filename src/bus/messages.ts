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

/*
 * What travels on the bus. Sources publish messages; the live state applies them and publishes deltas; the metrics
 * ticker publishes a tick every heartbeat; the hub listens to both.
 */

export interface LogMessage {
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

export interface RequestStartMessage {
  id: string
  kind: string
  name?: string | undefined
  session?: string | undefined
  channel?: string | undefined
  startedAt?: number | undefined
  activity?: Activity | undefined
  /** May be left out of the feed on a busy host, though never of the metrics. */
  automatic?: boolean | undefined
}

export interface RequestUpdateMessage {
  id: string
  name?: string | undefined
  session?: string | undefined
  channel?: string | undefined
  activity?: Activity | undefined
  /** `null` ends the step. */
  step?: { kind: string; name: string } | null | undefined
}

export interface RequestEndMessage {
  id: string
  state: 'ok' | 'error' | 'cancelled'
  error?: string | undefined
  /** The failure is in the log already. */
  logged?: boolean | undefined
}

export interface CallStartMessage {
  id: string
  provider: string
  model: string
  requestId?: string | undefined
  session?: string | undefined
  operation?: string | undefined
  streaming?: boolean | undefined
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

export interface CallProgressMessage extends TokenCounts {
  id: string
}

export interface CallEndMessage extends TokenCounts {
  id: string
  state: 'ok' | 'error' | 'cancelled'
  finishReason?: string | undefined
  httpStatus?: number | undefined
  errorType?: string | undefined
  error?: string | undefined
}

export interface ChannelMessage {
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

export interface BusEvents extends Messages {
  delta: Delta
  tick: Tick
  /** The recorder was closed: nothing will come any more. */
  closed: undefined
  /** A request reached its end. Comes also for those that sampling keeps out of the feed. */
  'request.ended': RequestRecord
  /** A call reached its end. */
  'call.ended': CallRecord
}

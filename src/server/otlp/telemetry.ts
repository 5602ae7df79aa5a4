/*
 * What OTLP bodies hold, whichever form they had, and only as much of it as somebody asked for. Times are epoch
 * milliseconds with their fraction, 0 when unknown; ids are lower-case hex.
 */

/** Bytes are told by their number. */
export type AttributeValue = string | number | boolean | AttributeValue[] | Attributes

/** A map, for the names are those of whoever sends them: `__proto__` is a name like others. */
export type Attributes = ReadonlyMap<string, AttributeValue>

/** What sent it. */
export interface Resource {
  attributes: Attributes
}

/** What sent it, and with which instrumentation. */
export interface TelemetryOrigin {
  resource: Resource
  /** Name of the instrumentation scope; empty when unknown. */
  scope: string
}

export interface SpanEvent {
  time: number
  name: string
  attributes: Attributes
}

export interface Span {
  origin: TelemetryOrigin
  traceId: string
  spanId: string
  /** Absent for a root. */
  parentSpanId?: string
  /** The parent is one of the same process; absent when that is unknown. */
  isParentLocal?: boolean
  name: string
  /** 2 is a server's, 5 a consumer's. */
  kind: number
  start: number
  /** 0 while it runs. */
  end: number
  attributes: Attributes
  events: readonly SpanEvent[]
  /** 2 is an error. */
  statusCode: number
  statusMessage: string
}

export interface LogRecord {
  origin: TelemetryOrigin
  time: number
  observedTime: number
  /** 1 to 24, 0 when unknown. */
  severity: number
  severityText: string
  eventName: string
  body?: AttributeValue
  attributes: Attributes
  traceId?: string
  spanId?: string
}

export interface NumberPoint {
  attributes: Attributes
  start: number
  time: number
  value: number
}

/** What a histogram or summary tells of its measurements. */
export interface DistributionPoint {
  attributes: Attributes
  start: number
  time: number
  count: number
  sum: number
}

/** A gauge, or a sum of which each point is the total since its start or what came since the last one. */
export interface NumberMetric {
  origin: TelemetryOrigin
  name: string
  kind: 'gauge' | 'total' | 'increments'
  /** Only ever grows. Never so for a gauge. */
  isMonotonic: boolean
  points: NumberPoint[]
}

/** A histogram of either kind, or a summary. */
export interface DistributionMetric {
  origin: TelemetryOrigin
  name: string
  kind: 'total' | 'increments'
  points: DistributionPoint[]
}

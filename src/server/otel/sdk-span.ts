import {
  EXCEPTION_EVENT,
  EXCEPTION_MESSAGE,
  EXCEPTION_TYPE,
  FIRST_CHUNK_EVENT,
  SPAN_ATTRIBUTES,
} from '../otlp/attribute-names.js'
import type { Attributes, AttributeValue, Resource, Span } from '../otlp/telemetry.js'

type Time = readonly [seconds: number, nanoseconds: number]
type Values = Readonly<Record<string, unknown>>

/** What is read of a span of the OpenTelemetry SDK for JavaScript, 1.x and 2.x. */
export interface SdkSpan {
  readonly name: string
  readonly kind: number
  spanContext(): { traceId: string; spanId: string }
  readonly startTime: Time
  readonly endTime: Time
  readonly ended: boolean
  readonly attributes: Values
  readonly events: readonly { name: string; time: Time; attributes?: Values | undefined }[]
  readonly status: { code: number; message?: string | undefined }
  /** 2.x. */
  readonly parentSpanContext?: { spanId: string; isRemote?: boolean | undefined } | undefined
  readonly instrumentationScope?: { name: string }
  /** 1.x. */
  readonly parentSpanId?: string | undefined
  readonly instrumentationLibrary?: { name: string }
}

const EVENTS = new Set([EXCEPTION_EVENT, FIRST_CHUNK_EVENT])
const EVENT_ATTRIBUTES = new Set([...EXCEPTION_TYPE, ...EXCEPTION_MESSAGE])
const EVENTS_LIMIT = 8
/** Items kept of one list. */
const ITEMS_LIMIT = 64
const NO_RESOURCE: Resource = { attributes: new Map() }

/** The span as it would come over OTLP, with only what is asked of it: prompts and answers are never copied. */
export function readSdkSpan(span: SdkSpan): Span {
  const { traceId, spanId } = span.spanContext()
  const parent = span.parentSpanContext
  const parentSpanId = toParentId(span)
  const scope = span.instrumentationScope ?? span.instrumentationLibrary
  return {
    origin: { resource: NO_RESOURCE, scope: scope?.name ?? '' },
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    ...(parent?.isRemote !== undefined && { isParentLocal: !parent.isRemote }),
    name: span.name,
    // The API counts from internal, OTLP from unspecified.
    kind: span.kind + 1,
    start: toMilliseconds(span.startTime),
    end: span.ended ? toMilliseconds(span.endTime) : 0,
    attributes: pick(span.attributes, SPAN_ATTRIBUTES),
    events: span.events
      .filter(({ name }) => EVENTS.has(name))
      .slice(0, EVENTS_LIMIT)
      .map(({ name, time, attributes = {} }) => ({
        name,
        time: toMilliseconds(time),
        attributes: pick(attributes, EVENT_ATTRIBUTES),
      })),
    statusCode: span.status.code,
    statusMessage: span.status.message ?? '',
  }
}

export function toParentId({ parentSpanContext, parentSpanId }: SdkSpan): string | undefined {
  return parentSpanContext?.spanId ?? parentSpanId
}

function pick(values: Values, names: ReadonlySet<string>): Attributes {
  const picked = new Map<string, AttributeValue>()
  for (const name of Object.keys(values)) {
    if (!names.has(name)) continue
    const value = toValue(values[name])
    if (value !== undefined) picked.set(name, value)
  }
  return picked
}

function toValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (!Array.isArray(value)) return undefined
  return value.slice(0, ITEMS_LIMIT).filter((item): item is string => typeof item === 'string')
}

function toMilliseconds([seconds, nanoseconds]: Time): number {
  return seconds * 1000 + nanoseconds / 1e6
}

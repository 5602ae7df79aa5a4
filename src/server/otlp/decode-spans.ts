import { isTime } from '../intake/time.js'
import { decodeEnvelope, defineEnvelope, type Decoded, type Steps } from './decode-envelope.js'
import { NO_ATTRIBUTES, readAttribute, type IsWanted } from './decode-values.js'
import type { Span, SpanEvent, TelemetryOrigin } from './telemetry.js'
import { defineMessage, type WireReader } from './wire-reader.js'

const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
/** Events kept of one span. */
const EVENTS_LIMIT = 8

/** Bits of a span's flags: whether it is known where the parent is, and whether that is another process. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

const NO_EVENTS: readonly SpanEvent[] = []

const ENVELOPE = defineEnvelope('resourceSpans', 'scopeSpans', 'spans')
const SPAN = defineMessage({
  traceId: 1,
  spanId: 2,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTimeUnixNano: 7,
  endTimeUnixNano: 8,
  attributes: [9],
  events: [11],
  status: 15,
  flags: 16,
})
const EVENT = defineMessage({ timeUnixNano: 1, name: 2, attributes: [3] })
const STATUS = defineMessage({ message: 2, code: 3 })

/** What is kept of the spans; the rest of them is never read. */
export interface SpanInterests {
  isAttribute: IsWanted
  /** Events by name, and the attributes of those. */
  isEvent: IsWanted
  isEventAttribute: IsWanted
}

/** Decodes the body of `/v1/traces`. A span without valid ids, or with times that are none, is rejected. */
export function decodeSpans(reader: WireReader, interests: SpanInterests): Steps<Decoded<Span>> {
  return decodeEnvelope<Span>(reader, ENVELOPE, (reader, origin, spans) =>
    readSpan(reader, origin, spans, interests),
  )
}

function readSpan(
  reader: WireReader,
  origin: TelemetryOrigin,
  spans: Span[],
  interests: SpanInterests,
): string | undefined {
  const span: Span = {
    origin,
    traceId: '',
    spanId: '',
    name: '',
    kind: 0,
    start: 0,
    end: 0,
    attributes: NO_ATTRIBUTES,
    events: NO_EVENTS,
    statusCode: 0,
    statusMessage: '',
  }
  let hasValidIds = true
  let flags = 0
  const readId = (bytes: number): string => {
    const id = reader.id(bytes)
    hasValidIds &&= id !== null
    return id ?? ''
  }
  reader.enter()
  for (let field; (field = reader.next(SPAN)) !== undefined;) {
    switch (field) {
      case 'traceId':
        span.traceId = readId(TRACE_ID_BYTES)
        break
      case 'spanId':
        span.spanId = readId(SPAN_ID_BYTES)
        break
      case 'parentSpanId': {
        const id = readId(SPAN_ID_BYTES)
        if (id !== '') span.parentSpanId = id
        break
      }
      case 'name':
        span.name = reader.text()
        break
      case 'kind':
        span.kind = reader.int()
        break
      case 'startTimeUnixNano':
        span.start = reader.time()
        break
      case 'endTimeUnixNano':
        span.end = reader.time()
        break
      case 'attributes':
        span.attributes = readAttribute(reader, span.attributes, interests.isAttribute)
        break
      case 'events':
        readEvent(reader, span, interests)
        break
      case 'status':
        readStatus(reader, span)
        break
      case 'flags':
        flags = reader.fixed32()
    }
  }
  if (flags & HAS_IS_REMOTE) span.isParentLocal = !(flags & IS_REMOTE)
  if (!hasValidIds || span.traceId === '' || span.spanId === '') {
    return 'a span needs a traceId of 16 bytes, a spanId of 8 bytes, and a parentSpanId of 8 bytes or none'
  }
  if (!hasValidTimes(span)) {
    return 'startTimeUnixNano and endTimeUnixNano of a span are epoch nanoseconds; one that runs has no end'
  }
  spans.push(span)
  return undefined
}

/** Seconds, milliseconds and microseconds are no nanoseconds: a span that has them would last no time. */
function hasValidTimes({ start, end }: Span): boolean {
  if (end === 0) return start === 0 || isTime(start)
  return isTime(start) && isTime(end)
}

function readEvent(reader: WireReader, span: Span, interests: SpanInterests): void {
  const event: SpanEvent = { time: 0, name: '', attributes: NO_ATTRIBUTES }
  reader.enter()
  for (let field; (field = reader.next(EVENT)) !== undefined;) {
    if (field === 'timeUnixNano') event.time = reader.time()
    else if (field === 'name') event.name = reader.text()
    else if (field === 'attributes')
      event.attributes = readAttribute(reader, event.attributes, interests.isEventAttribute)
  }
  if (span.events.length < EVENTS_LIMIT && interests.isEvent(event.name))
    span.events = [...span.events, event]
}

function readStatus(reader: WireReader, span: Span): void {
  reader.enter()
  for (let field; (field = reader.next(STATUS)) !== undefined;) {
    if (field === 'code') span.statusCode = reader.int()
    else if (field === 'message') span.statusMessage = reader.text()
  }
}

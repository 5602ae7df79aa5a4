import type { Clock } from '../../bus/clock.js'
import type { Ops } from '../../bus/ops.js'
import { RateLimit } from '../intake/rate-limit.js'
import { createTurns } from '../intake/turns.js'
import {
  EXCEPTION_EVENT,
  EXCEPTION_MESSAGE,
  EXCEPTION_TYPE,
  FIRST_CHUNK_EVENT,
  SPAN_ATTRIBUTES,
} from './attribute-names.js'
import { isContent } from './content.js'
import { ContentLog } from './content-log.js'
import { ITEMS_LIMIT, type Rejections, type Steps } from './decode-envelope.js'
import { decodeLogs } from './decode-logs.js'
import { decodeMetrics } from './decode-metrics.js'
import { decodeSpans, type SpanInterests } from './decode-spans.js'
import { Instances } from './instances.js'
import { JsonReader } from './json-reader.js'
import { LogRecorder } from './log-recorder.js'
import { MetricRecorder } from './metric-recorder.js'
import type { MediaType, OtlpIntake, Signal } from './intake.js'
import type { OtlpOptions } from './options.js'
import { ProtobufReader } from './protobuf-reader.js'
import { RecentKeys } from './recent-keys.js'
import { SpanRecorder } from './span-recorder.js'
import { TraceMemory } from './trace-memory.js'
import type { WireReader } from './wire-reader.js'

const PROVIDER_REQUESTS_LIMIT = 2000
const EVENTS = new Set([EXCEPTION_EVENT, FIRST_CHUNK_EVENT])
const EVENT_ATTRIBUTES = new Set([...EXCEPTION_TYPE, ...EXCEPTION_MESSAGE])

interface IntakeOptions extends Required<OtlpOptions> {
  /** Since when totals of counters are of interest, in epoch milliseconds. */
  beganAt: number
  clock: Clock
}

/** Puts together what decodes bodies and what records them. */
export function createIntake(
  { bus }: Ops,
  { content, map, rate, beganAt, clock }: IntakeOptions,
): OtlpIntake {
  const limit = new RateLimit(clock, rate)
  const shared = {
    bus,
    clock,
    instances: new Instances(),
    traces: new TraceMemory(),
    providerRequests: new RecentKeys(PROVIDER_REQUESTS_LIMIT),
  }
  const spans = new SpanRecorder({ ...shared, content: content ? new ContentLog(bus) : undefined })
  const logs = new LogRecorder({ ...shared, keepsContent: content })
  const metrics = new MetricRecorder({ ...shared, map, beganAt })
  const interests: SpanInterests = {
    isAttribute: content
      ? (name) => SPAN_ATTRIBUTES.has(name) || isContent(name)
      : (name) => SPAN_ATTRIBUTES.has(name),
    isEvent: (name) => EVENTS.has(name),
    isEventAttribute: (name) => EVENT_ATTRIBUTES.has(name),
  }

  /** No more of one body count than are recorded of it: a million empty ones must not keep others out. */
  const take = (items: number): void => limit.take(Math.min(items, ITEMS_LIMIT))

  // A body is decoded to its end before anything of it is recorded: what is malformed leaves no trace.
  const work: Record<Signal, (reader: WireReader) => Steps<Rejections>> = {
    *traces(reader) {
      const { items, rejected } = yield* decodeSpans(reader, interests)
      take(items.length + rejected.count)
      yield* spans.record(items)
      return rejected
    },
    *logs(reader) {
      const { items, rejected } = yield* decodeLogs(reader, (name) => content || !isContent(name))
      take(items.length + rejected.count)
      yield* logs.record(items)
      return rejected
    },
    *metrics(reader) {
      const decoded = yield* decodeMetrics(reader, (name) => metrics.isWanted(name))
      const points = [...decoded.items, ...decoded.distributions].map(({ points }) => points.length)
      take(points.reduce((sum, count) => sum + count, decoded.unused + decoded.rejected.count))
      yield* metrics.record(decoded)
      return decoded.rejected
    },
  }

  const turns = createTurns()
  /** One body after the other: what one tells of a trace, the next may build on. */
  let last: Promise<unknown> = Promise.resolve()
  const recordAll = async (signal: Signal, type: MediaType, body: Buffer): Promise<Rejections> => {
    limit.require()
    const reader = type === 'application/json' ? new JsonReader(body) : new ProtobufReader(body)
    const steps = work[signal](reader)
    let step: IteratorResult<undefined, Rejections> = steps.next()
    await turns.run(() => step.done === true || (step = steps.next()).done === true)
    return step.value!
  }
  return {
    take(signal, type, body) {
      const result = last.then(() => recordAll(signal, type, body))
      last = result.catch(() => undefined)
      return result
    },
  }
}

import type { Ops } from '../../bus/ops.js'
import { createTurns } from '../intake/turns.js'
import { nodeClock } from '../node-clock.js'
import {
  EXCEPTION_EVENT,
  EXCEPTION_MESSAGE,
  EXCEPTION_TYPE,
  FIRST_CHUNK_EVENT,
  SPAN_ATTRIBUTES,
} from './attribute-names.js'
import { isContent } from './content.js'
import { ContentLog } from './content-log.js'
import type { Rejections, Steps } from './decode-envelope.js'
import { decodeLogs } from './decode-logs.js'
import { decodeMetrics } from './decode-metrics.js'
import { decodeSpans, type SpanInterests } from './decode-spans.js'
import { Instances } from './instances.js'
import { JsonReader } from './json-reader.js'
import { LogRecorder } from './log-recorder.js'
import { MetricRecorder } from './metric-recorder.js'
import type { OtlpOptions } from './options.js'
import { ProtobufReader } from './protobuf-reader.js'
import { RecentKeys } from './recent-keys.js'
import { SpanRecorder } from './span-recorder.js'
import { TraceMemory } from './trace-memory.js'
import type { WireReader } from './wire-reader.js'

export const SIGNALS = ['traces', 'logs', 'metrics'] as const
export type Signal = (typeof SIGNALS)[number]

export const MEDIA_TYPES = ['application/x-protobuf', 'application/json'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

export interface OtlpIntake {
  /**
   * Records everything that a body tells, bodies one after the other, each in short turns. Resolves with what was
   * rejected of it. Rejects with a MalformedBodyError before anything of it is recorded.
   */
  take(signal: Signal, type: MediaType, body: Buffer): Promise<Rejections>
}

const PROVIDER_REQUESTS_LIMIT = 2000
const EVENTS = new Set([EXCEPTION_EVENT, FIRST_CHUNK_EVENT])
const EVENT_ATTRIBUTES = new Set([...EXCEPTION_TYPE, ...EXCEPTION_MESSAGE])

const intakes = new WeakMap<Ops, OtlpIntake>()

/** The intake of a recorder: one, by the options of whoever asks first, for one trace may come in by many doors. */
export function otlpIntakeOf(ops: Ops, { content = false, map = {} }: OtlpOptions): OtlpIntake {
  const known = intakes.get(ops)
  if (known !== undefined) return known
  const intake = createIntake(ops, { content, map })
  intakes.set(ops, intake)
  return intake
}

function createIntake({ bus }: Ops, { content, map }: Required<OtlpOptions>): OtlpIntake {
  const clock = nodeClock
  const shared = {
    bus,
    clock,
    instances: new Instances(),
    traces: new TraceMemory(),
    providerRequests: new RecentKeys(PROVIDER_REQUESTS_LIMIT),
  }
  const spans = new SpanRecorder({ ...shared, content: content ? new ContentLog(bus) : undefined })
  const logs = new LogRecorder({ ...shared, keepsContent: content })
  const metrics = new MetricRecorder({ ...shared, map })
  const interests: SpanInterests = {
    isAttribute: content
      ? (name) => SPAN_ATTRIBUTES.has(name) || isContent(name)
      : (name) => SPAN_ATTRIBUTES.has(name),
    isEvent: (name) => EVENTS.has(name),
    isEventAttribute: (name) => EVENT_ATTRIBUTES.has(name),
  }

  // A body is decoded to its end before anything of it is recorded: what is malformed leaves no trace.
  const work: Record<Signal, (reader: WireReader) => Steps<Rejections>> = {
    *traces(reader) {
      const { items, rejected } = yield* decodeSpans(reader, interests)
      yield* spans.record(items)
      return rejected
    },
    *logs(reader) {
      const { items, rejected } = yield* decodeLogs(reader, (name) => content || !isContent(name))
      yield* logs.record(items)
      return rejected
    },
    *metrics(reader) {
      const decoded = yield* decodeMetrics(reader, (name) => metrics.isWanted(name))
      yield* metrics.record(decoded)
      return decoded.rejected
    },
  }

  const turns = createTurns()
  /** One body after the other: what one tells of a trace, the next may build on. */
  let last: Promise<unknown> = Promise.resolve()
  const recordAll = async (signal: Signal, type: MediaType, body: Buffer): Promise<Rejections> => {
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

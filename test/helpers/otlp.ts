import { gzipSync } from 'node:zlib'
import { send, type Answer } from './send.js'
import { toProtobuf } from './otlp-protobuf.js'

/*
 * Requests as exporters send them, in the JSON form of OTLP; `post` sends them in either form.
 */

export type Form = 'json' | 'protobuf'
export type Signal = 'traces' | 'logs' | 'metrics'
export const FORMS: Form[] = ['protobuf', 'json']

export const TYPES = { json: 'application/json', protobuf: 'application/x-protobuf' } as const

type Value = string | number | boolean | Value[] | { [name: string]: Value }
export type Attributes = Record<string, Value>

export interface SpanOptions {
  id: string
  parent?: string | undefined
  trace?: string
  name?: string
  kind?: number
  /** Milliseconds from `epoch`. */
  start?: number
  /** Milliseconds from `epoch`; null while it runs. */
  end?: number | null
  epoch?: number
  attributes?: Attributes
  events?: { name: string; at: number; attributes?: Attributes }[]
  status?: { code: number; message?: string }
  flags?: number
}

interface Origin {
  resource?: Attributes
  scope?: string
}

/** An id of 8 bytes that is easy to tell from others. */
export const spanId = (name: string): string =>
  Buffer.from(name.padEnd(8, '_')).subarray(0, 8).toString('hex')
/** The same of 16 bytes. */
export const traceId = (name: string): string =>
  Buffer.from(name.padEnd(16, '_')).subarray(0, 16).toString('hex')

/** Epoch milliseconds as nanoseconds, the way exporters write them. */
export const toNano = (milliseconds: number): string =>
  String(BigInt(Math.round(milliseconds * 1000)) * 1000n)

export function toSpan(options: SpanOptions): object {
  const { id, parent, trace = 'trace', name = id, kind = 1, start = 0, end = 100, attributes = {} } = options
  const epoch = options.epoch ?? Date.now() - 10_000
  return {
    traceId: traceId(trace),
    spanId: spanId(id),
    ...(parent !== undefined && { parentSpanId: spanId(parent) }),
    name,
    kind,
    startTimeUnixNano: toNano(epoch + start),
    ...(end !== null && { endTimeUnixNano: toNano(epoch + end) }),
    attributes: toAttributes(attributes),
    events: (options.events ?? []).map((event) => ({
      name: event.name,
      timeUnixNano: toNano(epoch + event.at),
      attributes: toAttributes(event.attributes ?? {}),
    })),
    status: options.status ?? {},
    ...(options.flags !== undefined && { flags: options.flags }),
  }
}

export function toTraces(spans: (SpanOptions | object)[], origin: Origin = {}): object {
  const full = spans.map((span) => ('id' in span ? toSpan(span) : span))
  return {
    resourceSpans: [{ ...toResource(origin), scopeSpans: [{ ...toScope(origin), spans: full }] }],
  }
}

export interface LogOptions {
  body?: Value
  level?: number
  event?: string
  time?: number
  attributes?: Attributes
  trace?: string
  span?: string
}

export function toLogs(records: LogOptions[], origin: Origin = {}): object {
  const logRecords = records.map(
    ({ body, level, event, time = Date.now(), attributes = {}, trace, span }) => ({
      timeUnixNano: toNano(time),
      ...(level !== undefined && { severityNumber: level }),
      ...(body !== undefined && { body: toValue(body) }),
      ...(event !== undefined && { eventName: event }),
      attributes: toAttributes(attributes),
      ...(trace !== undefined && { traceId: traceId(trace) }),
      ...(span !== undefined && { spanId: spanId(span) }),
    }),
  )
  return { resourceLogs: [{ ...toResource(origin), scopeLogs: [{ ...toScope(origin), logRecords }] }] }
}

export function toMetrics(metrics: object[], origin: Origin = {}): object {
  return { resourceMetrics: [{ ...toResource(origin), scopeMetrics: [{ ...toScope(origin), metrics }] }] }
}

export function toAttributes(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }))
}

export interface PostOptions {
  form?: Form
  gzip?: boolean
  headers?: Record<string, string>
}

/** Posts a request; `base` is the address below which `/v1` is. */
export function post(
  base: string,
  signal: Signal,
  body: object,
  { form = 'protobuf', gzip = false, headers = {} }: PostOptions = {},
): Promise<Answer> {
  const plain = form === 'json' ? Buffer.from(JSON.stringify(body)) : toProtobuf(signal, body)
  return postBytes(base, signal, gzip ? gzipSync(plain) : plain, {
    form,
    headers: { ...(gzip && { 'content-encoding': 'gzip' }), ...headers },
  })
}

export function postBytes(
  base: string,
  signal: Signal,
  body: Buffer,
  { form = 'protobuf', headers = {} }: PostOptions = {},
): Promise<Answer> {
  const all = { 'content-type': TYPES[form], 'content-length': String(body.length), ...headers }
  return send(`${base}/v1/${signal}`, { method: 'POST', headers: all }, body)
}

function toValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toValue) } }
  if (typeof value === 'object') return { kvlistValue: { values: toAttributes(value) } }
  // As exporters in JavaScript do: a JSON number, not a string.
  return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value }
}

function toResource({
  resource = { 'service.name': 'emitter', 'service.instance.id': 'e1' },
}: Origin): object {
  return { resource: { attributes: toAttributes(resource) } }
}

function toScope({ scope = 'test' }: Origin): object {
  return { scope: { name: scope } }
}

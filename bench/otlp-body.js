/*
 * A body for /v1/traces as exporters make it: 512 spans, of which each four are one trace: a request, a middleware, a
 * model call and a tool.
 */

export const SPANS = 512
/** Model calls among them. */
export const CALLS = SPANS / 4
/** Begins every id; `renew` puts other bytes in its place. */
const PREFIX = 'cafec0de'

/** @typedef {{ key: string, value: Record<string, unknown> }} Attribute */
/** @typedef {{ traceId: string, spanId: string, parentSpanId?: string, name: string, kind: number, start: bigint, end: bigint, attributes: Attribute[] }} Span */

/** @param {Record<string, string | number | string[]>} attributes @returns {Attribute[]} */
function toAttributes(attributes) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : Array.isArray(value)
          ? { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } }
          : { intValue: value },
  }))
}

const RESOURCE = toAttributes({
  'service.name': 'gateway',
  'service.instance.id': '627cc493-f310-47de-96bd-71410b7dec09',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.version': '2.1.0',
})
const SERVER = toAttributes({
  'http.request.method': 'POST',
  'http.route': '/chat',
  'url.path': '/chat',
  'url.scheme': 'http',
  'server.address': 'localhost',
  'server.port': 3000,
  'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  'network.peer.address': '127.0.0.1',
  'network.protocol.version': '1.1',
  'http.response.status_code': 200,
})
const MIDDLEWARE = toAttributes({ 'express.name': 'session', 'express.type': 'middleware', 'thread.id': 1 })
const CALL = toAttributes({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5-mini',
  'gen_ai.response.model': 'gpt-5-mini-2026-01-01',
  'gen_ai.response.id': 'chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz',
  'gen_ai.request.max_tokens': 1000,
  'gen_ai.usage.input_tokens': 210,
  'gen_ai.usage.output_tokens': 64,
  'gen_ai.response.finish_reasons': ['stop'],
  'server.address': 'api.openai.com',
  'server.port': 443,
})
const TOOL = toAttributes({
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': 'search',
  'gen_ai.tool.call.id': 'call_0123456789abcdef',
})

/** @returns {Span[]} */
function makeSpans() {
  let next = 0
  const id = (/** @type {number} */ length) =>
    PREFIX + (next++).toString(16).padStart(length - PREFIX.length, '0')
  const end = BigInt(Date.now()) * 1_000_000n
  return Array.from({ length: CALLS }, () => {
    const traceId = id(32)
    const [request, middleware] = [id(16), id(16)]
    const of = (
      /** @type {number} */ kind,
      /** @type {string} */ name,
      /** @type {Attribute[]} */ attributes,
    ) => ({
      traceId,
      name,
      kind,
      start: end - 350_123_456n,
      end,
      attributes,
    })
    return [
      { ...of(3, 'chat gpt-5-mini', CALL), spanId: id(16), parentSpanId: middleware },
      { ...of(1, 'execute_tool search', TOOL), spanId: id(16), parentSpanId: middleware },
      { ...of(1, 'middleware - session', MIDDLEWARE), spanId: middleware, parentSpanId: request },
      { ...of(2, 'POST /chat', SERVER), spanId: request },
    ]
  }).flat()
}

/** @returns {Buffer} */
export function makeJson() {
  const spans = makeSpans().map(({ start, end, ...span }) => ({
    ...span,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    droppedAttributesCount: 0,
    events: [],
    links: [],
    status: { code: 0 },
    flags: 257,
  }))
  const scope = { name: '@opentelemetry/instrumentation-http', version: '0.223.1' }
  return Buffer.from(
    JSON.stringify({
      resourceSpans: [{ resource: { attributes: RESOURCE }, scopeSpans: [{ scope, spans }] }],
    }),
  )
}

/** @returns {Buffer} */
export function makeProtobuf() {
  const scope = toField(
    1,
    Buffer.concat([toText(1, '@opentelemetry/instrumentation-http'), toText(2, '0.223.1')]),
  )
  const spans = makeSpans().map((span) =>
    toField(
      2,
      Buffer.concat([
        toField(1, Buffer.from(span.traceId, 'hex')),
        toField(2, Buffer.from(span.spanId, 'hex')),
        ...(span.parentSpanId ? [toField(4, Buffer.from(span.parentSpanId, 'hex'))] : []),
        toText(5, span.name),
        toVarint(6 << 3),
        toVarint(span.kind),
        toTime(7, span.start),
        toTime(8, span.end),
        ...toAttributeFields(9, span.attributes),
        toField(15, Buffer.alloc(0)),
      ]),
    ),
  )
  const resource = toField(1, Buffer.concat(toAttributeFields(1, RESOURCE)))
  return toField(1, Buffer.concat([resource, toField(2, Buffer.concat([scope, ...spans]))]))
}

/**
 * Gives all ids of a body another beginning, in place: an exporter never sends one twice.
 * @param {Buffer} body
 * @param {'json' | 'protobuf'} form
 * @returns {(run: number) => void}
 */
export function createRenewal(body, form) {
  const encoding = form === 'json' ? 'latin1' : 'hex'
  const prefix = Buffer.from(PREFIX, encoding)
  /** @type {number[]} */
  const places = []
  for (let at = body.indexOf(prefix); at !== -1; at = body.indexOf(prefix, at + prefix.length))
    places.push(at)
  return (run) => {
    const bytes = Buffer.from(run.toString(16).padStart(PREFIX.length, '0'), encoding)
    for (const place of places) bytes.copy(body, place)
  }
}

/** @param {number} number @param {Attribute[]} attributes */
function toAttributeFields(number, attributes) {
  return attributes.map(({ key, value }) =>
    toField(number, Buffer.concat([toText(1, key), toField(2, toValue(value))])),
  )
}

/** @param {Record<string, any>} value @returns {Buffer} */
function toValue(value) {
  if ('stringValue' in value) return toText(1, value.stringValue)
  if ('intValue' in value) return Buffer.concat([toVarint(3 << 3), toVarint(value.intValue)])
  return toField(
    5,
    Buffer.concat(value.arrayValue.values.map((/** @type {any} */ each) => toField(1, toValue(each)))),
  )
}

/** @param {number} number @param {bigint} time */
function toTime(number, time) {
  const bytes = Buffer.alloc(9)
  bytes[0] = (number << 3) | 1
  bytes.writeBigUInt64LE(time, 1)
  return bytes
}

/** @param {number} number @param {string} text */
function toText(number, text) {
  return toField(number, Buffer.from(text))
}

/** @param {number} number @param {Buffer} bytes */
function toField(number, bytes) {
  return Buffer.concat([toVarint((number << 3) | 2), toVarint(bytes.length), bytes])
}

/** @param {number} value */
function toVarint(value) {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128)
  return Buffer.from([...bytes, value])
}

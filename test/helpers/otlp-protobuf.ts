/*
 * Encodes the JSON form of an OTLP request as protobuf, from the field numbers of the .proto files. Shares nothing with
 * the decoder that it is to test.
 */

type Kind =
  'string' | 'id' | 'varint' | 'int64' | 'bool' | 'double' | 'fixed64' | 'sfixed64' | 'fixed32' | 'bytes'
type Message = Record<string, [number: number, kind: Kind | (() => Message)]>
type Json = Record<string, unknown>

const anyValue = (): Message => ({
  stringValue: [1, 'string'],
  boolValue: [2, 'bool'],
  intValue: [3, 'int64'],
  doubleValue: [4, 'double'],
  arrayValue: [5, () => ({ values: [1, anyValue] })],
  kvlistValue: [6, () => ({ values: [1, keyValue] })],
  bytesValue: [7, 'bytes'],
})
const keyValue = (): Message => ({ key: [1, 'string'], value: [2, anyValue] })
const resource = (): Message => ({ attributes: [1, keyValue], droppedAttributesCount: [2, 'varint'] })
const scope = (): Message => ({ name: [1, 'string'], version: [2, 'string'], attributes: [3, keyValue] })
const event = (): Message => ({
  timeUnixNano: [1, 'fixed64'],
  name: [2, 'string'],
  attributes: [3, keyValue],
})
const link = (): Message => ({ traceId: [1, 'id'], spanId: [2, 'id'] })
const status = (): Message => ({ message: [2, 'string'], code: [3, 'varint'] })
const span = (): Message => ({
  traceId: [1, 'id'],
  spanId: [2, 'id'],
  traceState: [3, 'string'],
  parentSpanId: [4, 'id'],
  name: [5, 'string'],
  kind: [6, 'varint'],
  startTimeUnixNano: [7, 'fixed64'],
  endTimeUnixNano: [8, 'fixed64'],
  attributes: [9, keyValue],
  droppedAttributesCount: [10, 'varint'],
  events: [11, event],
  links: [13, link],
  status: [15, status],
  flags: [16, 'fixed32'],
})
const logRecord = (): Message => ({
  timeUnixNano: [1, 'fixed64'],
  severityNumber: [2, 'varint'],
  severityText: [3, 'string'],
  body: [5, anyValue],
  attributes: [6, keyValue],
  droppedAttributesCount: [7, 'varint'],
  flags: [8, 'fixed32'],
  traceId: [9, 'id'],
  spanId: [10, 'id'],
  observedTimeUnixNano: [11, 'fixed64'],
  eventName: [12, 'string'],
})
const point = (): Message => ({
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  asDouble: [4, 'double'],
  asInt: [6, 'sfixed64'],
  attributes: [7, keyValue],
  flags: [8, 'varint'],
})
const distributionPoint = (attributes: number, flags: number): Message => ({
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  attributes: [attributes, keyValue],
  flags: [flags, 'varint'],
})
const metric = (): Message => ({
  name: [1, 'string'],
  description: [2, 'string'],
  unit: [3, 'string'],
  gauge: [5, () => ({ dataPoints: [1, point] })],
  sum: [
    7,
    () => ({ dataPoints: [1, point], aggregationTemporality: [2, 'varint'], isMonotonic: [3, 'bool'] }),
  ],
  histogram: [
    9,
    () => ({ dataPoints: [1, () => distributionPoint(9, 10)], aggregationTemporality: [2, 'varint'] }),
  ],
  exponentialHistogram: [
    10,
    () => ({ dataPoints: [1, () => distributionPoint(1, 10)], aggregationTemporality: [2, 'varint'] }),
  ],
  summary: [11, () => ({ dataPoints: [1, () => distributionPoint(7, 8)] })],
})

const REQUESTS: Record<string, Message> = {
  traces: {
    resourceSpans: [
      1,
      () => ({
        resource: [1, resource],
        scopeSpans: [2, () => ({ scope: [1, scope], spans: [2, span], schemaUrl: [3, 'string'] })],
        schemaUrl: [3, 'string'],
      }),
    ],
  },
  logs: {
    resourceLogs: [
      1,
      () => ({
        resource: [1, resource],
        scopeLogs: [2, () => ({ scope: [1, scope], logRecords: [2, logRecord] })],
      }),
    ],
  },
  metrics: {
    resourceMetrics: [
      1,
      () => ({
        resource: [1, resource],
        scopeMetrics: [2, () => ({ scope: [1, scope], metrics: [2, metric] })],
      }),
    ],
  },
}

/** The protobuf form of a request to `/v1/<signal>`; members that the message does not have are left out. */
export function toProtobuf(signal: 'traces' | 'logs' | 'metrics', body: object): Buffer {
  return encodeMessage(REQUESTS[signal]!, body as Json)
}

export function encodeVarint(value: bigint | number): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** A field of wire type 2. */
export function encodeBytes(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([encodeVarint((number << 3) | 2), encodeVarint(bytes.length), bytes])
}

function encodeMessage(message: Message, body: Json): Buffer {
  const fields = Object.entries(body).flatMap(([name, value]) => {
    const field = message[name]
    if (field === undefined || value === undefined || value === null) return []
    return (Array.isArray(value) ? value : [value]).map((each) => encodeField(field, each))
  })
  return Buffer.concat(fields)
}

function encodeField([number, kind]: Message[string], value: unknown): Buffer {
  const tag = (wireType: number) => encodeVarint((number << 3) | wireType)
  const fixed64 = (write: (bytes: Buffer) => void) => {
    const bytes = Buffer.alloc(8)
    write(bytes)
    return Buffer.concat([tag(1), bytes])
  }
  if (typeof kind === 'function') return encodeBytes(number, encodeMessage(kind(), value as Json))
  switch (kind) {
    case 'string':
      return encodeBytes(number, Buffer.from(value as string))
    case 'bytes':
      return encodeBytes(number, Buffer.from(value as string, 'base64'))
    case 'id':
      return encodeBytes(number, Buffer.from(value as string, 'hex'))
    case 'bool':
      return Buffer.concat([tag(0), encodeVarint(value === true ? 1 : 0)])
    case 'varint':
    case 'int64':
      return Buffer.concat([tag(0), encodeVarint(BigInt(value as string))])
    case 'double':
      return fixed64((bytes) => bytes.writeDoubleLE(value as number))
    case 'fixed64':
      return fixed64((bytes) => bytes.writeBigUInt64LE(BigInt(value as string)))
    case 'sfixed64':
      return fixed64((bytes) => bytes.writeBigInt64LE(BigInt(value as string)))
    case 'fixed32': {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32LE(value as number)
      return Buffer.concat([tag(5), bytes])
    }
  }
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Steps } from '../../src/server/otlp/decode-envelope.js'
import { decodeLogs } from '../../src/server/otlp/decode-logs.js'
import { decodeMetrics } from '../../src/server/otlp/decode-metrics.js'
import { decodeSpans, type SpanInterests } from '../../src/server/otlp/decode-spans.js'
import { JsonReader } from '../../src/server/otlp/json-reader.js'
import { MalformedBodyError } from '../../src/server/otlp/malformed.js'
import { ProtobufReader } from '../../src/server/otlp/protobuf-reader.js'
import type { WireReader } from '../../src/server/otlp/wire-reader.js'
import { encodeBytes, encodeVarint, toProtobuf } from '../helpers/otlp-protobuf.js'
import { toAttributes, toLogs, toMetrics, toNano, toTraces, type Signal } from '../helpers/otlp.js'

const EVERYTHING: SpanInterests = {
  isAttribute: () => true,
  isEvent: () => true,
  isEventAttribute: () => true,
}
const DECODERS: Record<Signal, (reader: WireReader) => Steps<unknown>> = {
  traces: (reader) => decodeSpans(reader, EVERYTHING),
  logs: (reader) => decodeLogs(reader, () => true),
  metrics: (reader) => decodeMetrics(reader, () => true),
}
const SIGNALS = Object.keys(DECODERS) as Signal[]

/** The value that a decoder returns at its end. */
function decode(signal: Signal, reader: WireReader): unknown {
  const steps = DECODERS[signal](reader)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
const decodeJson = (signal: Signal, text: string | Buffer) =>
  decode(signal, new JsonReader(Buffer.from(text as string)))
const decodeProtobuf = (signal: Signal, bytes: Buffer) => decode(signal, new ProtobufReader(bytes))

/** Whether a body is taken. Throws whatever is not the one error of decoding. */
function isTaken(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof MalformedBodyError) return false
    throw error
  }
}

const VALUES = {
  text: 'ä€𝄞"\\\u0007',
  int: -5,
  big: 2 ** 45,
  half: 0.5,
  yes: true,
  list: [1, ['a']],
  map: { a: { b: 1 } },
}
const BODIES: Record<Signal, object> = {
  traces: toTraces([
    {
      id: 'a',
      parent: 'b',
      kind: 3,
      attributes: VALUES,
      events: [{ name: 'exception', at: 5, attributes: VALUES }],
      status: { code: 2, message: 'no' },
      flags: 0x101,
      epoch: 1_790_000_000_000,
    },
    { id: 'b' },
  ]),
  logs: toLogs([
    { body: VALUES, level: 9, attributes: VALUES, trace: 't', span: 's', event: 'e' },
    { body: 'x' },
  ]),
  metrics: toMetrics([
    {
      name: 'g',
      gauge: {
        dataPoints: [{ asDouble: 1.5, timeUnixNano: toNano(1e12), attributes: toAttributes(VALUES) }],
      },
    },
    { name: 's', sum: { dataPoints: [{ asInt: '-7' }], aggregationTemporality: 2, isMonotonic: true } },
  ]),
}

describe('both forms of one request', () => {
  it.each(SIGNALS)('hold the same: %s', (signal) => {
    const fromJson = decodeJson(signal, JSON.stringify(BODIES[signal]))
    expect(decodeProtobuf(signal, toProtobuf(signal, BODIES[signal]))).toEqual(fromJson)
    expect(fromJson).toMatchObject({ rejected: { count: 0 } })
  })

  it('hold any attributes alike', () => {
    const value: fc.Arbitrary<string | number | boolean> = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
    )
    const attributes = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.oneof(value, fc.array(value)),
    )
    fc.assert(
      fc.property(attributes, (attributes) => {
        const body = toTraces([{ id: 'a', attributes, epoch: 1_790_000_000_000 }])
        const decoded = decodeJson('traces', JSON.stringify(body)) as {
          items: { attributes: Map<string, unknown> }[]
        }
        expect(decodeProtobuf('traces', toProtobuf('traces', body))).toEqual(decoded)
        const expected = Object.entries(attributes).filter(([, each]) => !Array.isArray(each))
        for (const [name, each] of expected)
          expect(decoded.items[0]!.attributes.get(name)).toEqual(each === 0 ? 0 : each)
      }),
      { numRuns: 300 },
    )
  })
})

describe('anything', () => {
  const runs = { numRuns: 3000 }

  it.each(SIGNALS)('random as protobuf is taken or malformed, and nothing else: %s', (signal) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        isTaken(() => decodeProtobuf(signal, Buffer.from(bytes)))
      }),
      runs,
    )
  })

  it.each(SIGNALS)('like a request, but damaged, is taken or malformed, and nothing else: %s', (signal) => {
    const bodies = [toProtobuf(signal, BODIES[signal]), Buffer.from(JSON.stringify(BODIES[signal]))]
    const damage = fc.record({
      body: fc.constantFrom(0, 1),
      changes: fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 8 }),
      cut: fc.option(fc.nat()),
      repeated: fc.option(fc.record({ from: fc.nat(), length: fc.nat(40), to: fc.nat() })),
    })
    fc.assert(
      fc.property(damage, ({ body, changes, cut, repeated }) => {
        let bytes = Buffer.from(bodies[body]!)
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte
        if (repeated !== null) {
          const from = repeated.from % bytes.length
          const to = repeated.to % bytes.length
          bytes = Buffer.concat([
            bytes.subarray(0, to),
            bytes.subarray(from, from + repeated.length),
            bytes.subarray(to),
          ])
        }
        if (cut !== null) bytes = bytes.subarray(0, cut % bytes.length)
        isTaken(() => (body === 0 ? decodeProtobuf(signal, bytes) : decodeJson(signal, bytes)))
      }),
      runs,
    )
  })

  it('that is JSON is taken as an unknown field, and what is none is not', () => {
    const text = fc.oneof(
      fc.json({ maxDepth: 6 }),
      fc.json().map((json) => json.slice(0, -1)),
      fc
        .tuple(fc.json(), fc.nat(), fc.constantFrom(...Array.from('{}[]",:\\ \n\u0000-+.eE0123tfnu')))
        .map(([json, at, insert]) => {
          const place = at % (json.length + 1)
          return json.slice(0, place) + insert + json.slice(place)
        }),
    )
    fc.assert(
      fc.property(text, (text) => {
        const body = `{"unknown":${text}}`
        expect(isTaken(() => decodeJson('traces', body))).toBe(isJson(body))
      }),
      { numRuns: 5000 },
    )
  })

  function isJson(text: string): boolean {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
})

describe('a JSON body', () => {
  const span = { traceId: 'AB'.repeat(16), spanId: 'cd'.repeat(8), name: 'x' }
  const take = (fields: object): unknown =>
    decodeJson(
      'traces',
      JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...fields }] }] }] }),
    )

  it('has ids in hex of either case', () => {
    expect(take({})).toMatchObject({ items: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }] })
  })

  it.each([
    ['a string', '1790000000123456789'],
    ['a number', 1790000000123456800],
  ])('has times as %s, true to a microsecond', (_name, startTimeUnixNano) => {
    const { items } = take({ startTimeUnixNano }) as { items: { start: number }[] }
    expect(items[0]!.start).toBeCloseTo(1790000000123.4568, 3)
  })

  it.each([
    ['a word for an enum', { kind: 'SPAN_KIND_SERVER' }],
    ['a fraction for an enum', { kind: 1.5 }],
    ['a number for a name', { name: 5 }],
    ['a string for a message', { status: 'ok' }],
    ['a message for a list', { attributes: { key: 'a' } }],
    ['null in a list', { attributes: [null] }],
    ['a number for an id', { spanId: 5 }],
    ['letters for a number', { startTimeUnixNano: 'abc' }],
    ['a negative time', { startTimeUnixNano: '-1' }],
    ['a time beyond measure', { startTimeUnixNano: '9'.repeat(30) }],
    ['a word for true', { attributes: [{ key: 'a', value: { boolValue: 'yes' } }] }],
    ['letters for an integer value', { attributes: [{ key: 'a', value: { intValue: '1x' } }] }],
  ])('is malformed with %s', (_name, fields) => {
    expect(isTaken(() => take(fields))).toBe(false)
  })

  it('has null for what is absent, and unknown fields in any place', () => {
    const fields = { kind: null, status: null, attributes: null, new_field: { deep: [1, { x: null }] } }
    expect(take(fields)).toMatchObject({ items: [{ name: 'x', kind: 0 }] })
  })

  it('has snake_case fields that count as unknown', () => {
    expect(take({ parent_span_id: 'ab'.repeat(8) })).not.toMatchObject({
      items: [{ parentSpanId: 'ab'.repeat(8) }],
    })
  })

  it('has 64-bit values to the nearest number', () => {
    const { items } = take({
      attributes: [
        { key: 'a', value: { intValue: '9223372036854775807' } },
        { key: 'b', value: { intValue: '-1' } },
        { key: 'c', value: { bytesValue: Buffer.alloc(30).toString('base64') } },
      ],
    }) as { items: { attributes: Map<string, unknown> }[] }
    expect([...items[0]!.attributes]).toEqual([
      ['a', 2 ** 63],
      ['b', -1],
      ['c', '[30 bytes]'],
    ])
  })

  it.each([
    '',
    ' ',
    '1234',
    '"x"',
    '[]',
    'null',
    'true',
    '{',
    '{}{}',
    '{} x',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '\u0000',
  ])('that is %j is malformed', (text) => {
    expect(isTaken(() => decodeJson('traces', text))).toBe(false)
  })

  it('may begin with a byte order mark, and have space around everything', () => {
    expect(isTaken(() => decodeJson('traces', '\ufeff \r\n\t{ "resourceSpans" : [ ] } \n'))).toBe(true)
  })

  it('may name its keys with escapes', () => {
    expect(take({})).toEqual(
      decodeJson(
        'traces',
        JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }).replace(
          'spanId',
          '\\u0073panId',
        ),
      ),
    )
  })

  it.each([
    ['lists', '['.repeat(500_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['lists that end', `${'['.repeat(101)}${']'.repeat(101)}`],
  ])('that nests too many %s is malformed, without a stack to overflow', (_name, text) => {
    expect(isTaken(() => decodeJson('traces', `{"unknown":${text}}`))).toBe(false)
  })

  it('keeps the names of attributes apart from those of objects', () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString']
    const attributes = names.map((key) => ({
      key,
      value: { kvlistValue: { values: [{ key, value: { intValue: 1 } }] } },
    }))
    const { items } = take({ attributes, ['__proto__']: 1 }) as {
      items: { attributes: Map<string, unknown> }[]
    }
    expect([...items[0]!.attributes.keys()]).toEqual(names)
    expect(({} as Record<string, unknown>)['intValue']).toBeUndefined()
  })
})

describe('a protobuf body', () => {
  const tag = (field: number, type: number): Buffer => encodeVarint((field << 3) | type)
  const inSpan = (...fields: Buffer[]): Buffer =>
    encodeBytes(1, encodeBytes(2, encodeBytes(2, Buffer.concat(fields))))
  const ids = Buffer.concat([encodeBytes(1, Buffer.alloc(16, 1)), encodeBytes(2, Buffer.alloc(8, 2))])

  it('has unknown fields of every type, and groups, that are skipped', () => {
    const unknown = Buffer.concat([
      tag(100, 0),
      encodeVarint(-1n),
      tag(101, 1),
      Buffer.alloc(8),
      encodeBytes(102, Buffer.from('x')),
      tag(103, 5),
      Buffer.alloc(4),
      Buffer.concat([tag(104, 3), tag(1, 0), encodeVarint(5), tag(2, 3), tag(2, 4), tag(104, 4)]),
    ])
    const name = encodeBytes(5, Buffer.from('after'))
    expect(decodeProtobuf('traces', inSpan(ids, unknown, name))).toMatchObject({ items: [{ name: 'after' }] })
  })

  it.each([
    ['a length of 2^31', Buffer.concat([tag(1, 2), encodeVarint(2 ** 31), Buffer.alloc(10)])],
    ['a length of 2^63', Buffer.concat([tag(1, 2), encodeVarint(2n ** 63n), Buffer.alloc(10)])],
    ['a length of -1', Buffer.concat([tag(1, 2), encodeVarint(-1n), Buffer.alloc(10)])],
    ['a length one over what is there', Buffer.concat([tag(1, 2), encodeVarint(3), Buffer.alloc(2)])],
    [
      'a message longer than what holds it',
      Buffer.concat([encodeBytes(1, Buffer.from([0x12, 5, 0])), Buffer.alloc(9)]),
    ],
    ['a number of 11 bytes', Buffer.concat([tag(100, 0), Buffer.alloc(10, 0xff), Buffer.from([1])])],
    ['a number without its end', Buffer.concat([tag(100, 0), Buffer.from([0x80])])],
    ['a field 0', Buffer.from([0x02, 0x00])],
    ['a wire type 6', Buffer.from([0x0e, 0x00])],
    ['an end of no group', Buffer.from([0x0c])],
    ['a group without an end', Buffer.from([0x0b])],
    ['200 groups inside each other', Buffer.concat([Buffer.alloc(200, 0x0b), Buffer.alloc(200, 0x0c)])],
    ['4 of 8 bytes', Buffer.concat([tag(100, 1), Buffer.alloc(4)])],
    ['a number where a message must be', Buffer.from([0x08, 0x01])],
    ['a time of the wrong type', inSpan(ids, tag(7, 0), encodeVarint(5))],
  ])('is malformed with %s', (_name, bytes) => {
    expect(isTaken(() => decodeProtobuf('traces', bytes))).toBe(false)
  })

  it('that nests values too deep is malformed, without a stack to overflow', () => {
    let value = encodeBytes(1, Buffer.from('x'))
    for (let i = 0; i < 2000; i++) value = encodeBytes(5, encodeBytes(1, value))
    const record = encodeBytes(1, encodeBytes(2, encodeBytes(2, encodeBytes(5, value))))
    expect(decodeProtobuf('logs', record)).toMatchObject({ items: [{ body: expect.any(Array) as unknown }] })
    const json = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${'{"arrayValue":{"values":['.repeat(40)}`
    expect(isTaken(() => decodeJson('logs', json))).toBe(false)
  })

  it('has negative and large integers', () => {
    const values = [-1n, -(2n ** 63n), 2n ** 53n - 1n, 0n]
    const attributes = values.map((value, i) =>
      encodeBytes(
        9,
        Buffer.concat([
          encodeBytes(1, Buffer.from(`k${i}`)),
          encodeBytes(2, Buffer.concat([tag(3, 0), encodeVarint(value)])),
        ]),
      ),
    )
    const { items } = decodeProtobuf('traces', inSpan(ids, ...attributes)) as {
      items: { attributes: Map<string, number> }[]
    }
    expect([...items[0]!.attributes.values()]).toEqual(values.map(Number))
  })

  it('may have the value of an attribute before its key', () => {
    const attribute = encodeBytes(
      9,
      Buffer.concat([encodeBytes(2, encodeBytes(1, Buffer.from('v'))), encodeBytes(1, Buffer.from('k'))]),
    )
    expect(decodeProtobuf('traces', inSpan(attribute, ids))).toMatchObject({
      items: [{ attributes: new Map([['k', 'v']]) }],
    })
  })
})

describe('what is kept of one item', () => {
  it.each(['json', 'protobuf'])('is bounded in attributes, values, depth and text: %s', (form) => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i]))
    const body = toTraces([
      {
        id: 'a',
        attributes: { list: Array.from({ length: 500 }, () => 1), text: 'x'.repeat(100_000), wide, ...wide },
      },
    ])
    const decoded =
      form === 'json'
        ? decodeJson('traces', JSON.stringify(body))
        : decodeProtobuf('traces', toProtobuf('traces', body))
    const { attributes } = (decoded as { items: { attributes: Map<string, unknown> }[] }).items[0]!
    expect(attributes.size).toBe(64)
    expect((attributes.get('list') as unknown[]).length).toBe(65)
    expect((attributes.get('wide') as Map<string, unknown>).size).toBe(64)
    expect(attributes.get('text')).toBe(`${'x'.repeat(8000)}… (92000 more bytes)`)
  })

  it('takes no more fields than an item can need', () => {
    const tiny = Buffer.alloc(2 * 600_000, Buffer.from([0x80 | 0x00, 0x06]))
    // Field 100, a number: 600,000 of them in one span.
    for (let i = 0; i < tiny.length; i += 2) tiny.set([0x78, 0x01], i)
    const span = encodeBytes(1, encodeBytes(2, encodeBytes(2, tiny)))
    expect(isTaken(() => decodeProtobuf('traces', span))).toBe(false)
  })
})

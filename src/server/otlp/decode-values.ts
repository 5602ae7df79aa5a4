import type { Attributes, AttributeValue } from './telemetry.js'
import { defineMessage, type WireReader } from './wire-reader.js'

/** Values kept of one list, map or set of attributes; the others are skipped. */
const VALUES_LIMIT = 64
/** Levels of lists and maps that are kept. */
const NESTING_LIMIT = 16

const KEY_VALUE = defineMessage({ key: 1, value: 2 })
const ANY_VALUE = defineMessage({
  stringValue: 1,
  boolValue: 2,
  intValue: 3,
  doubleValue: 4,
  arrayValue: 5,
  kvlistValue: 6,
  bytesValue: 7,
})
const VALUE_LIST = defineMessage({ values: [1] })

export type IsWanted = (name: string) => boolean

/** For everything that has none. */
export const NO_ATTRIBUTES: Attributes = new Map()

/**
 * Reads one attribute and returns the attributes with it, if it is wanted; the value of any other is passed over
 * unread.
 */
export function readAttribute(
  reader: WireReader,
  attributes: Attributes,
  isWanted: IsWanted,
  nesting = 0,
): Attributes {
  let key: string | undefined
  let value: AttributeValue | undefined
  let skipped: object | undefined
  const readValue = (): AttributeValue | undefined => {
    if (attributes.size < VALUES_LIMIT && isWanted(key!)) return readAnyValue(reader, nesting)
    reader.skip()
    return undefined
  }
  reader.enter()
  for (let field; (field = reader.next(KEY_VALUE)) !== undefined;) {
    if (field === 'value') {
      if (key !== undefined) value = readValue()
      else {
        skipped = reader.mark()
        reader.skip()
      }
    } else if (field === 'key') {
      key = reader.text()
      if (skipped === undefined) continue
      // The order of fields is free, though everybody sends the key first.
      const here = reader.mark()
      reader.reset(skipped)
      value = readValue()
      reader.reset(here)
    }
  }
  if (key === undefined || value === undefined) return attributes
  // Every other one was made here.
  const own = attributes === NO_ATTRIBUTES ? new Map() : (attributes as Map<string, AttributeValue>)
  return own.set(key, value)
}

/** Reads a value of any type; undefined when it is of none. */
export function readAnyValue(reader: WireReader, nesting = 0): AttributeValue | undefined {
  let value: AttributeValue | undefined
  reader.enter()
  for (let field; (field = reader.next(ANY_VALUE)) !== undefined;) {
    switch (field) {
      case 'stringValue':
        value = reader.text()
        break
      case 'boolValue':
        value = reader.bool()
        break
      case 'intValue':
        value = reader.int64()
        break
      case 'doubleValue':
        value = reader.double()
        break
      case 'arrayValue':
        value = readNested(reader, nesting, readList)
        break
      case 'kvlistValue':
        value = readNested(reader, nesting, readMap)
        break
      case 'bytesValue':
        value = `[${reader.byteCount()} bytes]`
    }
  }
  return value
}

function readNested(
  reader: WireReader,
  nesting: number,
  read: (reader: WireReader, nesting: number) => AttributeValue,
): AttributeValue {
  if (nesting < NESTING_LIMIT) return read(reader, nesting + 1)
  reader.skip()
  return '[too deep]'
}

function readList(reader: WireReader, nesting: number): AttributeValue[] {
  const values: AttributeValue[] = []
  let count = 0
  reader.enter()
  for (let field; (field = reader.next(VALUE_LIST)) !== undefined;) {
    if (field !== 'values') continue
    if (++count <= VALUES_LIMIT) values.push(readAnyValue(reader, nesting) ?? '')
    else reader.skip()
  }
  if (count > VALUES_LIMIT) values.push(`[${count - VALUES_LIMIT} more]`)
  return values
}

function readMap(reader: WireReader, nesting: number): AttributeValue {
  let values = NO_ATTRIBUTES
  reader.enter()
  for (let field; (field = reader.next(VALUE_LIST)) !== undefined;) {
    if (field === 'values') values = readAttribute(reader, values, () => true, nesting)
  }
  return values
}

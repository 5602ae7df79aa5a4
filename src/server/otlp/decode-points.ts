import { NO_ATTRIBUTES, readAttribute } from './decode-values.js'
import type { DistributionPoint, NumberPoint } from './telemetry.js'
import { defineMessage, type WireReader } from './wire-reader.js'

const NUMBER = defineMessage({
  startTimeUnixNano: 2,
  timeUnixNano: 3,
  asDouble: 4,
  asInt: 6,
  attributes: [7],
  flags: 8,
})
const DISTRIBUTION = { startTimeUnixNano: 2, timeUnixNano: 3, count: 4, sum: 5 } as const
const DISTRIBUTIONS = {
  histogram: defineMessage({ ...DISTRIBUTION, attributes: [9], flags: 10 }),
  exponentialHistogram: defineMessage({ ...DISTRIBUTION, attributes: [1], flags: 10 }),
  summary: defineMessage({ ...DISTRIBUTION, attributes: [7], flags: 8 }),
}
export type DistributionForm = keyof typeof DISTRIBUTIONS

/** A point that says only that there is nothing to say. */
const NO_RECORDED_VALUE = 1

/** Reads a point of a gauge or sum. Undefined when it has no value. */
export function readNumberPoint(reader: WireReader): NumberPoint | undefined {
  const point: NumberPoint = { attributes: NO_ATTRIBUTES, start: 0, time: 0, value: NaN }
  let flags = 0
  reader.enter()
  for (let field; (field = reader.next(NUMBER)) !== undefined;) {
    switch (field) {
      case 'startTimeUnixNano':
        point.start = reader.time()
        break
      case 'timeUnixNano':
        point.time = reader.time()
        break
      case 'asDouble':
        point.value = reader.double()
        break
      case 'asInt':
        point.value = reader.fixedInt64()
        break
      case 'attributes':
        point.attributes = readAttribute(reader, point.attributes, () => true)
        break
      case 'flags':
        flags = reader.int()
    }
  }
  return Number.isFinite(point.value) && !(flags & NO_RECORDED_VALUE) ? point : undefined
}

/** Reads a point of a histogram or summary. Undefined when it has no sum. */
export function readDistributionPoint(
  reader: WireReader,
  form: DistributionForm,
): DistributionPoint | undefined {
  // A histogram may have no sum; a summary's is left out when it is 0, as protobuf does with zeros.
  const sum = form === 'summary' ? 0 : NaN
  const point: DistributionPoint = { attributes: NO_ATTRIBUTES, start: 0, time: 0, count: 0, sum }
  let flags = 0
  reader.enter()
  for (let field; (field = reader.next(DISTRIBUTIONS[form])) !== undefined;) {
    switch (field) {
      case 'startTimeUnixNano':
        point.start = reader.time()
        break
      case 'timeUnixNano':
        point.time = reader.time()
        break
      case 'count':
        point.count = reader.fixedInt64()
        break
      case 'sum':
        point.sum = reader.double()
        break
      case 'attributes':
        point.attributes = readAttribute(reader, point.attributes, () => true)
        break
      case 'flags':
        flags = reader.int()
    }
  }
  return Number.isFinite(point.sum) && point.count >= 0 && !(flags & NO_RECORDED_VALUE) ? point : undefined
}

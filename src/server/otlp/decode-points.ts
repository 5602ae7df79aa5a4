import { NO_ATTRIBUTES, readAttribute } from './decode-values.js'
import type { DistributionPoint, NumberPoint } from './telemetry.js'
import { defineMessage, type MessageFields, type WireReader } from './wire-reader.js'

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
  const isRecorded = readPoint(reader, NUMBER, point, (field) => {
    if (field === 'asDouble') point.value = reader.double()
    else if (field === 'asInt') point.value = reader.fixedInt64()
  })
  return isRecorded && Number.isFinite(point.value) ? point : undefined
}

/** Reads a point of a histogram or summary. Undefined when it has no sum. */
export function readDistributionPoint(
  reader: WireReader,
  form: DistributionForm,
): DistributionPoint | undefined {
  // A histogram may have no sum; a summary's is left out when it is 0, as protobuf does with zeros.
  const sum = form === 'summary' ? 0 : NaN
  const point: DistributionPoint = { attributes: NO_ATTRIBUTES, start: 0, time: 0, count: 0, sum }
  const isRecorded = readPoint(reader, DISTRIBUTIONS[form], point, (field) => {
    if (field === 'count') point.count = reader.fixedInt64()
    else if (field === 'sum') point.sum = reader.double()
  })
  return isRecorded && Number.isFinite(point.sum) && point.count >= 0 ? point : undefined
}

/** Reads what points of every form have; `readOwn` reads the other fields. Answers whether it says anything. */
function readPoint<Field extends string>(
  reader: WireReader,
  fields: MessageFields<Field>,
  point: Pick<NumberPoint, 'attributes' | 'start' | 'time'>,
  readOwn: (field: Field | '') => void,
): boolean {
  let flags = 0
  reader.enter()
  for (let field; (field = reader.next(fields)) !== undefined;) {
    switch (field) {
      case 'startTimeUnixNano':
        point.start = reader.time()
        break
      case 'timeUnixNano':
        point.time = reader.time()
        break
      case 'attributes':
        point.attributes = readAttribute(reader, point.attributes, () => true)
        break
      case 'flags':
        flags = reader.int()
        break
      default:
        readOwn(field)
    }
  }
  return !(flags & NO_RECORDED_VALUE)
}

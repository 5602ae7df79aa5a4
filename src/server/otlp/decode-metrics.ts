import { decodeEnvelope, defineEnvelope, pause, type Decoded, type Steps } from './decode-envelope.js'
import { NO_ATTRIBUTES, readAttribute, type IsWanted } from './decode-values.js'
import type { NumberMetric, NumberPoint, TelemetryOrigin } from './telemetry.js'
import { defineMessage, type WireReader } from './wire-reader.js'

const ENVELOPE = defineEnvelope('resourceMetrics', 'scopeMetrics', 'metrics')
const METRIC = defineMessage({
  name: 1,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
})
const DATA = defineMessage({ dataPoints: [1], aggregationTemporality: 2, isMonotonic: 3 })
const POINT = defineMessage({
  startTimeUnixNano: 2,
  timeUnixNano: 3,
  asDouble: 4,
  asInt: 6,
  attributes: [7],
  flags: 8,
})

const DELTA = 1
/** A point that says only that there is nothing to say. */
const NO_RECORDED_VALUE = 1
/** Points of one metric that are kept; attributes tell them apart. */
const POINTS_LIMIT = 1000

export interface DecodedMetrics extends Decoded<NumberMetric> {
  /** Points of other metrics, of kinds that have no number, or beyond the limit. */
  unused: number
}

/** Decodes the body of `/v1/metrics`: the numbers of the metrics that are wanted; the rest is counted. */
export function* decodeMetrics(reader: WireReader, isWanted: IsWanted): Steps<DecodedMetrics> {
  const counts = { unused: 0 }
  const decoded = yield* decodeEnvelope<NumberMetric>(reader, ENVELOPE, (reader, origin, metrics) =>
    readMetric(reader, origin, { metrics, isWanted, counts }),
  )
  return { ...decoded, ...counts }
}

interface Context {
  metrics: NumberMetric[]
  isWanted: IsWanted
  counts: { unused: number }
}

function* readMetric(
  reader: WireReader,
  origin: TelemetryOrigin,
  { metrics, isWanted, counts }: Context,
): Steps<undefined> {
  reader.enter()
  const start = reader.mark()
  let name = ''
  for (let field; (field = reader.next(METRIC)) !== undefined;) {
    if (field === 'name') {
      name = reader.text()
      break
    }
    if (field !== '') reader.skip()
  }
  // The name says what is to be done with the points, and could stand behind them.
  reader.reset(start)
  const hasPointsOfInterest = isWanted(name)
  for (let field; (field = reader.next(METRIC)) !== undefined;) {
    yield* pause(reader)
    if (field === 'name') reader.skip()
    if (field === 'name' || field === '') continue
    if (hasPointsOfInterest && (field === 'gauge' || field === 'sum')) {
      const data = yield* readNumbers(reader, counts)
      metrics.push({ origin, name, ...data, ...(field === 'gauge' && { kind: 'gauge', isMonotonic: false }) })
    } else counts.unused += yield* countPoints(reader)
  }
  return undefined
}

function* readNumbers(
  reader: WireReader,
  counts: { unused: number },
): Steps<Pick<NumberMetric, 'kind' | 'isMonotonic' | 'points'>> {
  const points: NumberPoint[] = []
  let isDelta = false
  let isMonotonic = false
  reader.enter()
  for (let field; (field = reader.next(DATA)) !== undefined;) {
    yield* pause(reader)
    if (field === 'dataPoints') {
      const point = readPoint(reader)
      if (point !== undefined && points.length < POINTS_LIMIT) points.push(point)
      else counts.unused++
    } else if (field === 'aggregationTemporality') isDelta = reader.int() === DELTA
    else if (field === 'isMonotonic') isMonotonic = reader.bool()
  }
  return { kind: isDelta ? 'increments' : 'total', isMonotonic, points }
}

function readPoint(reader: WireReader): NumberPoint | undefined {
  const point: NumberPoint = { attributes: NO_ATTRIBUTES, start: 0, time: 0, value: NaN }
  let flags = 0
  reader.enter()
  for (let field; (field = reader.next(POINT)) !== undefined;) {
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

/** The points of a metric that nobody wants, of whatever kind. */
function* countPoints(reader: WireReader): Steps<number> {
  let count = 0
  reader.enter()
  for (let field; (field = reader.next(DATA)) !== undefined;) {
    yield* pause(reader)
    if (field === 'dataPoints') count++
    if (field !== '') reader.skip()
  }
  return count
}

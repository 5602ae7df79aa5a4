import { decodeEnvelope, defineEnvelope, pause, type Decoded, type Steps } from './decode-envelope.js'
import { readDistributionPoint, readNumberPoint, type DistributionForm } from './decode-points.js'
import type { IsWanted } from './decode-values.js'
import type { DistributionMetric, NumberMetric, TelemetryOrigin } from './telemetry.js'
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
const DELTA = 1
/** Points of one metric that are kept; attributes tell them apart. */
const POINTS_LIMIT = 1000

export interface DecodedMetrics extends Decoded<NumberMetric> {
  /** Those of the same body that are no single numbers. */
  distributions: DistributionMetric[]
  /** Points of other metrics, without a value, or beyond the limit. */
  unused: number
}

/** Decodes the body of `/v1/metrics`: the numbers of the metrics that are wanted; the rest is counted. */
export function* decodeMetrics(reader: WireReader, isWanted: IsWanted): Steps<DecodedMetrics> {
  const counts = { unused: 0 }
  const distributions: DistributionMetric[] = []
  const decoded = yield* decodeEnvelope<NumberMetric>(reader, ENVELOPE, (reader, origin, metrics) =>
    readMetric(reader, origin, { metrics, distributions, isWanted, counts }),
  )
  return { ...decoded, distributions, ...counts }
}

interface Context {
  metrics: NumberMetric[]
  distributions: DistributionMetric[]
  isWanted: IsWanted
  counts: { unused: number }
}

function* readMetric(
  reader: WireReader,
  origin: TelemetryOrigin,
  { metrics, distributions, isWanted, counts }: Context,
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
    if (!hasPointsOfInterest) counts.unused += yield* countPoints(reader)
    else if (field === 'gauge' || field === 'sum') {
      const data = yield* readData(reader, readNumberPoint, counts)
      metrics.push({ origin, name, ...data, ...(field === 'gauge' && { kind: 'gauge', isMonotonic: false }) })
    } else {
      const form: DistributionForm = field
      const { kind, points } = yield* readData(
        reader,
        (reader) => readDistributionPoint(reader, form),
        counts,
      )
      distributions.push({ origin, name, kind, points })
    }
  }
  return undefined
}

interface Data<Point> {
  kind: 'increments' | 'total'
  isMonotonic: boolean
  points: Point[]
}

/** `readPoint` returns undefined for a point that tells no value. */
function* readData<Point>(
  reader: WireReader,
  readPoint: (reader: WireReader) => Point | undefined,
  counts: { unused: number },
): Steps<Data<Point>> {
  const points: Point[] = []
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

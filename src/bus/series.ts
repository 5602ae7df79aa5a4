import { HEARTBEAT_INTERVAL, type Metrics, type Series } from './protocol.js'

/** The columns of a series, each read from one metrics snapshot. Server and page share this list. */
const COLUMNS = {
  messagesProcessed: (m) => m.counters['messagesProcessed'],
  errors: (m) => m.counters['errors'],
  activeSessions: (m) => m.gauges['activeSessions'],
  queueDepth: (m) => m.gauges['queueDepth'],
  activeRequests: (m) => m.gauges['activeRequests'],
  callLatencyP50: (m) => m.calls['1m'].latency.p50,
  callLatencyP95: (m) => m.calls['1m'].latency.p95,
  callLatencyP99: (m) => m.calls['1m'].latency.p99,
  callTimeToFirstTokenP50: (m) => m.calls['1m'].timeToFirstToken.p50,
} satisfies Record<string, (metrics: Metrics) => number | undefined>

export type SeriesColumn = keyof typeof COLUMNS

const NAMES = Object.keys(COLUMNS) as SeriesColumn[]

/** An empty series. */
export function createSeries(): Series {
  return { step: HEARTBEAT_INTERVAL, from: 0, columns: Object.fromEntries(NAMES.map((name) => [name, []])) }
}

/** A series that later points of the original do not change. */
export function copySeries(series: Series): Series {
  const columns = Object.fromEntries(
    Object.entries(series.columns).map(([name, values]) => [name, [...values]]),
  )
  return { ...series, columns }
}

/**
 * Appends one point to `series` in place and drops the oldest beyond `limit`. Missed steps (a sleeping host, a lost
 * connection) become unknown points, so that the time axis stays true; a second point within half a step replaces
 * the first.
 */
export function appendPoint(series: Series, time: number, metrics: Metrics, limit: number): void {
  const length = series.columns[NAMES[0]!]?.length ?? 0
  const steps = length === 0 ? 1 : Math.round((time - series.from) / series.step) - (length - 1)
  if (steps > limit || steps < 0) {
    for (const name of NAMES) series.columns[name] = []
    series.from = time
    return appendPoint(series, time, metrics, limit)
  }
  if (length === 0) series.from = time
  const over = Math.max(0, length + steps - limit)
  for (const name of NAMES) {
    const column = (series.columns[name] ??= [])
    const value = COLUMNS[name](metrics) ?? null
    if (steps === 0) column[column.length - 1] = value
    else {
      for (let missed = 1; missed < steps; missed++) column.push(null)
      column.push(value)
    }
    if (over > 0) column.splice(0, over)
  }
  series.from += over * series.step
}

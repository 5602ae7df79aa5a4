/**
 * What one run found; what was not measured is undefined.
 * @typedef {object} WebResults
 * @property {import('./parts/weight.js').Weights} [weight]
 * @property {import('./parts/opening.js').OpeningFigures} [opening]
 * @property {import('./parts/log.js').LogFigures} [log]
 * @property {import('./parts/hour.js').HourFigures} [hour]
 * @property {Awaited<ReturnType<typeof import('./parts/tabs.js').watchTabs>>} [tabs]
 */

/** Bytes. */
const KB = 1024

/**
 * @param {WebResults} results
 * @returns {import('../targets.js').Row[]}
 */
export function toRows({ weight, opening, log, hour, tabs }) {
  return [
    ...(weight ? toWeightRows(weight) : []),
    ...(opening ? [toOpeningRow(opening)] : []),
    ...(log ? toLogRows(log) : []),
    ...(hour ? [toHourRow(hour)] : []),
    ...(tabs ? [toTabsRow(tabs)] : []),
  ]
}

/**
 * @param {NonNullable<WebResults['weight']>} weights
 * @returns {import('../targets.js').Row[]}
 */
function toWeightRows({ singles, all, chart, inSight, onUse }) {
  const sorted = Object.entries(singles).sort(([, a], [, b]) => a - b)
  const heaviest = sorted.at(-1)?.[1] ?? NaN
  return [
    {
      what: 'one element with everything it needs, gzip',
      target: '≤ 18 KB',
      measured: `${toWeights(sorted)}; of ops-events without its rows, ${toWeights(Object.entries(inSight))}`,
      reached: heaviest <= 18 * KB,
    },
    {
      what: 'all elements without the chart, gzip',
      target: '≤ 36 KB',
      measured: `${toKb(all)}; then, in sight: ${toWeights(Object.entries(inSight))}; on use: ${toWeights(Object.entries(onUse))}`,
      reached: all <= 36 * KB,
    },
    {
      what: 'what draws the chart, gzip',
      target: '≤ 24 KB',
      measured: toKb(chart),
      reached: chart <= 24 * KB,
    },
  ]
}

/**
 * @param {NonNullable<WebResults['opening']>} figures
 * @returns {import('../targets.js').Row}
 */
function toOpeningRow({ times, shift }) {
  const sorted = [...times].sort((a, b) => a - b)
  const middle = sorted[sorted.length >> 1] ?? NaN
  return {
    what: 'first panel with data after navigation, nothing in the cache',
    target: '≤ 400 ms, layout shift 0',
    measured: `median ${middle.toFixed(0)} ms, slowest ${(sorted.at(-1) ?? NaN).toFixed(0)} ms; ${shift.toFixed(4)}`,
    reached: middle <= 400 && shift === 0,
  }
}

/**
 * @param {NonNullable<WebResults['hour']>} figures
 * @returns {import('../targets.js').Row}
 */
function toHourRow({ lines, requests, before, after }) {
  const heap = (after.heap - before.heap) / KB / KB
  const [nodes, listeners] = [after.nodes - before.nodes, after.listeners - before.listeners]
  return {
    what: `an hour: ${lines.toLocaleString('en-US')} lines, ${requests.toLocaleString('en-US')} requests`,
    target: 'heap + ≤ 2 MB, DOM nodes and listeners + 0',
    measured: `heap ${toChange(heap, 1)} MB (of ${(before.heap / KB / KB).toFixed(1)}), nodes ${toChange(nodes)} (of ${before.nodes}), listeners ${toChange(listeners)} (of ${before.listeners})`,
    reached: heap <= 2 && nodes <= 0 && listeners <= 0,
  }
}

/** @param {number} change @param {number} [digits] */
const toChange = (change, digits = 0) => `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(digits)}`

/** @param {number} bytes */
const toKb = (bytes) => `${(bytes / KB).toFixed(1)} KB`

/** @param {[string, number][]} entries */
const toWeights = (entries) => entries.map(([name, bytes]) => `${name} ${toKb(bytes)}`).join(', ')

/**
 * @param {NonNullable<WebResults['tabs']>} figures
 * @returns {import('../targets.js').Row}
 */
function toTabsRow({ tabs, streams, handOvers, opening }) {
  const sorted = handOvers.map(Math.round).sort((a, b) => a - b)
  const middle = sorted[sorted.length >> 1] ?? NaN
  const slowest = sorted.at(-1) ?? NaN
  return {
    what: `${tabs} tabs: streams at the server, hand-over to the first event`,
    target: '1 stream, ≤ 250 ms',
    measured: `${streams}; median ${middle} ms, slowest ${slowest} ms; the last tab live after ${opening.toFixed(0)} ms`,
    reached: streams === 1 && slowest <= 250,
  }
}

/**
 * @param {NonNullable<WebResults['log']>} figures
 * @returns {import('../targets.js').Row[]}
 */
function toLogRows({ steady, throttled, flood, reactions }) {
  const accounted = flood.held + flood.evicted + flood.missed
  const slowest = Object.entries(reactions).map(([what, times]) => [what, Math.max(...times)])
  return [
    {
      what: 'log at 1,000 lines/s',
      target: '≥ 58 fps, main thread ≤ 15 %, layout shift 0',
      measured: `${toFps(steady)}, ${toPercent(steady.load)}, ${steady.shift.toFixed(4)}`,
      reached: steady.fps >= 58 && steady.load <= 0.15 && steady.shift === 0,
    },
    {
      what: 'the same on a processor 4 times as slow',
      target: '≥ 45 fps',
      measured: `${toFps(throttled)}, longest task ${toLongest(throttled.longest)}`,
      reached: throttled.fps >= 45,
    },
    {
      what: `10,000 lines/s, ${flood.sent.toLocaleString('en-US')} in all`,
      target: 'longest task ≤ 100 ms, every line accounted for',
      measured: `${toLongest(flood.longest)}; held ${flood.held}, let go ${flood.evicted}, missed ${flood.missed}; ${toFps(flood)}`,
      reached: flood.longest <= 100 && accounted >= flood.sent,
    },
    {
      what: 'until the frame that answers a reader, 1,000 lines/s coming, 10,000 held',
      target: '≤ 100 ms',
      measured: `slowest: ${slowest.map(([what, time]) => `${what} ${Number(time).toFixed(0)} ms`).join(', ')}`,
      reached: slowest.every(([, time]) => Number(time) <= 100),
    },
  ]
}

/** @param {{ fps: number }} cost */
const toFps = ({ fps }) => `${fps.toFixed(1)} fps`

/** @param {number} ratio */
const toPercent = (ratio) => `${(ratio * 100).toFixed(1)} %`

/** @param {number} time */
const toLongest = (time) => (time === 0 ? '< 50 ms' : `${time.toFixed(0)} ms`)

/**
 * What one run found; what was not measured is undefined.
 * @typedef {object} WebResults
 * @property {import('./log.js').LogFigures} [log]
 * @property {Awaited<ReturnType<typeof import('./parts/tabs.js').watchTabs>>} [tabs]
 */

/**
 * @param {WebResults} results
 * @returns {import('../targets.js').Row[]}
 */
export function toRows({ log, tabs }) {
  return [...(log ? toLogRows(log) : []), ...(tabs ? [toTabsRow(tabs)] : [])]
}

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
 * @param {import('./log.js').LogFigures} figures
 * @returns {import('../targets.js').Row[]}
 */
function toLogRows({ steady, throttled, flood, typing }) {
  const accounted = flood.held + flood.evicted + flood.missed
  return [
    {
      what: 'log at 1,000 lines/s',
      target: '≥ 58 fps, main thread ≤ 15 %, layout shift 0',
      measured: `${toFps(steady)}, ${toPercent(steady.mainThread)}, ${steady.shift.toFixed(4)}`,
      reached: steady.fps >= 58 && steady.mainThread <= 0.15 && steady.shift === 0,
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
      what: 'a key in the filter of 10,000 lines, 1,000 lines/s coming: until the next frame',
      target: '≤ 100 ms',
      measured: `${typing.slowest.toFixed(0)} ms, slowest of ${typing.keys}`,
      reached: typing.slowest <= 100,
    },
  ]
}

/** @param {{ fps: number }} cost */
const toFps = ({ fps }) => `${fps.toFixed(1)} fps`

/** @param {number} ratio */
const toPercent = (ratio) => `${(ratio * 100).toFixed(1)} %`

/** @param {number} time */
const toLongest = (time) => (time === 0 ? '< 50 ms' : `${time.toFixed(0)} ms`)

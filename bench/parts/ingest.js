import { startChild } from '../child.js'
import { withPair } from '../measure.js'
import { OPSWIRE } from '../servers.js'

const PATH = '/ops/api/ingest'
/** Messages before those that count, which also tell how many fit into the time. */
const WARM_UP = 50_000
/** What is measured is the process, not its limit. */
const UNLIMITED = { plugin: { ingest: { rate: 1e9 } } }

/**
 * @typedef {object} Taken
 * @property {number} rate messages a second that were answered
 * @property {number} cpu microseconds of the server for each, the viewer's feed included
 * @property {number} missing messages that were not accepted, or did not reach the viewer
 * @property {number | undefined} p99 milliseconds from a line's making to the viewer
 */

/**
 * What one process takes through `POST /api/ingest` from one client that waits for the answer to every 5,000 lines,
 * while a viewer reads the feed.
 * @param {{ seconds: number }} times
 * @returns {Promise<{ logs: Taken, calls: Taken }>}
 */
export async function takeMessages({ seconds }) {
  return { logs: await take('logs', seconds), calls: await take('calls', seconds) }
}

/**
 * @param {'logs' | 'calls'} mix
 * @param {number} seconds
 * @returns {Promise<Taken>}
 */
function take(mix, seconds) {
  return withPair({ ...OPSWIRE, options: UNLIMITED }, async ({ host, client, connect, port }) => {
    const publisher = startChild('publisher.js')
    try {
      await connect({ count: 1 })
      const warm = await publisher.ask('publish', { port, path: PATH, mix, from: 0, to: WARM_UP }, 60_000)
      await client.ask('quiet')
      const count = Math.ceil((WARM_UP / warm.elapsed) * seconds * 200) * 5
      const range = { from: WARM_UP, to: WARM_UP + count }
      await client.ask('expect', { from: range.from, countFrom: range.from, to: range.to - 1 })
      const before = await host.ask('cpu')
      const { accepted, elapsed } = await publisher.ask(
        'publish',
        { port, path: PATH, mix, ...range },
        120_000,
      )
      const { deliveries, faults, p99 } = await client.ask('finish', { timeout: mix === 'logs' ? 1000 : 0 })
      const cpu = ((await host.ask('cpu')) - before) / count
      const seen = mix === 'logs' ? deliveries - faults : await callsSeen(port, range)
      const missing = count - Math.min(accepted, seen)
      const taken = { rate: (count / elapsed) * 1000, cpu, missing, p99 }
      show(mix, taken)
      return taken
    } finally {
      await publisher.stop()
    }
  })
}

/**
 * Messages of the calls that the server has counted to their end.
 * @param {number} port
 * @param {{ from: number }} range
 */
async function callsSeen(port, { from }) {
  const answer = await fetch(`http://127.0.0.1:${port}/ops/api/metrics`)
  const metrics = /** @type {any} */ (await answer.json())
  return metrics.counters.calls * 5 - from
}

/**
 * @param {string} mix
 * @param {Taken} taken
 */
function show(mix, { rate, cpu, missing, p99 }) {
  const latency = p99 === undefined ? '' : `, p99 ${p99} ms`
  process.stderr.write(
    `  ${mix.padEnd(24)} ${String(Math.round(rate)).padStart(10)}/s ${cpu.toFixed(2)} µs each, ${missing} missing${latency}\n`,
  )
}

import { startChild } from '../child.js'
import { CLIENTS } from '../measure.js'

const PATH = '/v1/chat/completions'
/** Each way is tried so often, in turns: what other programs do meets all. */
const ROUNDS = 3

/**
 * Milliseconds there and back.
 * @typedef {{ p50: number, p99: number }} Way
 * @typedef {Way & { streams: number, failed: number }} Measured
 */

/**
 * How long the first byte of a streamed call is on its way, with 200 streams at once: straight from the model, through
 * two bare pipes, and through the proxy.
 * @param {{ warmUp: number, seconds: number }} times
 * @returns {Promise<{ direct: Way, bare: Way, proxied: Way, failed: number, cpu: number }>} medians of the rounds; `cpu`:
 *   share of one core that the proxy used
 */
export async function timeProxy(times) {
  const models = startChild('models.js')
  const bare = startChild('host.js')
  const host = startChild('host.js')
  const askers = startChild('askers.js')
  try {
    const { port } = await models.ask('start')
    const plugin = { proxy: { models: `http://127.0.0.1:${port}` } }
    const pipes = await bare.ask('start', { name: 'bare-proxy', options: { port } })
    const started = await host.ask('start', { name: 'opswire', options: { plugin } })
    const timeout = (times.warmUp + times.seconds) * 2000 + 20_000
    const ask = (/** @type {number} */ port, path = PATH) =>
      askers.ask('ask', { port, path, count: CLIENTS, ...times }, timeout)
    /** @type {{ direct: Measured[], bare: Measured[], proxied: Measured[] }} */
    const rounds = { direct: [], bare: [], proxied: [] }
    let cpu = 0
    for (let round = 0; round < ROUNDS; round++) {
      rounds.direct.push(await ask(port))
      rounds.bare.push(await ask(pipes.port))
      const before = { cpu: await host.ask('cpu'), at: performance.now() }
      rounds.proxied.push(await ask(started.port, `/ops/proxy/models${PATH}`))
      cpu += ((await host.ask('cpu')) - before.cpu) / 1000 / (performance.now() - before.at) / ROUNDS
    }
    return {
      direct: toMedians(rounds.direct),
      bare: toMedians(rounds.bare),
      proxied: toMedians(rounds.proxied),
      failed: Object.values(rounds)
        .flat()
        .reduce((sum, { failed }) => sum + failed, 0),
      cpu,
    }
  } finally {
    await Promise.all([models, bare, host, askers].map((child) => child.stop()))
  }
}

/**
 * @param {Measured[]} measured
 * @returns {Way}
 */
function toMedians(measured) {
  const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1]
  return { p50: median(measured.map(({ p50 }) => p50)), p99: median(measured.map(({ p99 }) => p99)) }
}

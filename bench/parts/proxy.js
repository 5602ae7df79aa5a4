import { startChild } from '../child.js'
import { CLIENTS } from '../measure.js'

const PATH = '/v1/chat/completions'
/** Each way is tried so often, in turns: what other programs do meets both. */
const ROUNDS = 3

/**
 * How much longer the first byte of a streamed call takes through the proxy, with 200 streams at once.
 * @param {{ warmUp: number, seconds: number }} times
 * @returns {Promise<{ direct: Way, proxied: Way, failed: number, cpu: number }>} medians of the rounds; `cpu`: share of one
 *   core that the proxy used
 */
export async function timeProxy(times) {
  const models = startChild('models.js')
  const host = startChild('host.js')
  const askers = startChild('askers.js')
  try {
    const { port } = await models.ask('start')
    const plugin = { proxy: { models: `http://127.0.0.1:${port}` } }
    const started = await host.ask('start', { name: 'opswire', options: { plugin } })
    const ask = (/** @type {object} */ target) =>
      askers.ask(
        'ask',
        { ...target, count: CLIENTS, ...times },
        (times.warmUp + times.seconds) * 2000 + 20_000,
      )
    /** @type {{ direct: Measured[], proxied: Measured[] }} */
    const rounds = { direct: [], proxied: [] }
    let cpu = 0
    for (let round = 0; round < ROUNDS; round++) {
      rounds.direct.push(await ask({ port, path: PATH }))
      const before = { cpu: await host.ask('cpu'), at: performance.now() }
      rounds.proxied.push(await ask({ port: started.port, path: `/ops/proxy/models${PATH}` }))
      cpu += ((await host.ask('cpu')) - before.cpu) / 1000 / (performance.now() - before.at) / ROUNDS
    }
    const all = [...rounds.direct, ...rounds.proxied]
    return {
      direct: toMedians(rounds.direct),
      proxied: toMedians(rounds.proxied),
      failed: all.reduce((sum, { failed }) => sum + failed, 0),
      cpu,
    }
  } finally {
    await Promise.all([models.stop(), host.stop(), askers.stop()])
  }
}

/**
 * Milliseconds there and back.
 * @typedef {{ p50: number, p99: number }} Way
 * @typedef {Way & { streams: number, failed: number }} Measured
 */

/**
 * @param {Measured[]} measured
 * @returns {Way}
 */
function toMedians(measured) {
  const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1]
  return { p50: median(measured.map(({ p50 }) => p50)), p99: median(measured.map(({ p99 }) => p99)) }
}

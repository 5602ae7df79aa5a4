import { cpus } from 'node:os'
import { startChild } from './child.js'
import { toRange } from './feeder.js'

/** A line must be at 99 of 100 viewers within this time, in milliseconds. */
const P99_LIMIT = 100
export const CLIENTS = 200
/** Share of the machine used by other programs above which a failure says nothing. */
export const DISTURBED = 0.1

/**
 * @typedef {object} Pair a server process and a client process
 * @property {import('./child.js').Child} host
 * @property {import('./child.js').Child} client
 * @property {number} port of the server
 * @property {(params: { count: number, gzip?: boolean, reads?: boolean }) => Promise<{ encoding: string | undefined }>} connect
 */

/**
 * Starts a server and a client, hands them to `work` and ends them whatever happens.
 * @template Result
 * @param {{ server: string, options?: object, nodeOptions?: string[] }} what
 * @param {(pair: Pair) => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withPair(what, work) {
  const pair = await startPair(what)
  try {
    return await work(pair)
  } finally {
    await stopPair(pair)
  }
}

/**
 * @param {{ server: string, options?: object, nodeOptions?: string[] }} what
 * @returns {Promise<Pair>}
 */
export async function startPair({ server, options = {}, nodeOptions = [] }) {
  const host = startChild('host.js', nodeOptions)
  const client = startChild('client.js')
  const { port, path, pids } = await host.ask('start', { name: server, options })
  for (const pid of pids) host.adopt(pid)
  return { host, client, port, connect: (params) => client.ask('connect', { port, path, ...params }, 30_000) }
}

/** @param {Pair} pair */
export async function stopPair({ host, client }) {
  await Promise.all([host.stop(), client.stop()])
}

/**
 * What was measured at one rate.
 * @typedef {object} Measured
 * @property {boolean} held
 * @property {string} [failure] why it was not
 * @property {number} rate deliveries a second
 * @property {number} [p50] milliseconds
 * @property {number} [p99] milliseconds
 * @property {number} [cpuPerDelivery] microseconds of the server
 * @property {number} [clientCpu] share of one core
 * @property {number} [others] share of the whole machine that other programs used meanwhile
 */

/**
 * Delivers at a rate and tells whether it was held.
 * @param {Pair} pair
 * @param {{ rate: number, warmUp: number, seconds: number, shared?: boolean }} plan `rate` in deliveries a second;
 *   `shared`: the streams are compressed, and compared after the warm-up
 * @returns {Promise<Measured>}
 */
export async function measure({ host, client }, { rate, warmUp, seconds, shared = false }) {
  const lines = { rate: rate / CLIENTS, warmUp, seconds }
  const timeout = (warmUp + seconds) * 2000 + 10_000
  if (shared) {
    lines.warmUp = 0
    const warm = { ...lines, seconds: warmUp }
    await client.ask('expect', toRange(await host.ask('position'), warm))
    const { late } = await host.ask('feed', warm, timeout)
    if (late) return { held: false, failure: 'could not publish that fast', rate }
    await client.ask('mark')
  }
  await client.ask('expect', toRange(await host.ask('position'), lines))
  const before = { machine: busyTime(), host: await host.ask('cpuOfAll'), at: performance.now() }
  const fed = await host.ask('feed', lines, timeout)
  const counted = await client.ask('finish', { timeout: fed.late ? 0 : 1000 })
  const own = ((await host.ask('cpuOfAll')) - before.host + counted.cpu) / 1000
  const elapsed = (performance.now() - before.at) * cpus().length
  const others = Math.max(0, (busyTime() - before.machine - own) / elapsed)
  const failure = fed.late ? 'could not publish that fast' : toFailure(counted)
  return {
    held: failure === undefined,
    ...(failure !== undefined && { failure }),
    rate,
    p50: counted.p50,
    p99: counted.p99,
    cpuPerDelivery: fed.cpu / counted.expected,
    clientCpu: counted.clientCpu,
    others,
  }
}

/** Milliseconds that all cores together have worked. */
function busyTime() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

/** @param {any} counted */
function toFailure({ deliveries, expected, faults, closedEarly, p99 }) {
  if (closedEarly > 0) return `${closedEarly} streams closed`
  if (faults > 0) return `${faults} faults in the order, or in the bytes`
  if (deliveries !== expected) return `${expected - deliveries} of ${expected} missing or late`
  if (p99 > P99_LIMIT) return `p99 ${p99} ms`
  return undefined
}

/**
 * One line on a rate, for who watches.
 * @param {string} label
 * @param {Measured} measured
 */
export function show(label, { rate, held, failure, p50, p99, clientCpu, others = 0 }) {
  const outcome = held
    ? `held   p50 ${p50} ms, p99 ${p99} ms, client ${((clientCpu ?? 0) * 100).toFixed(0)} %`
    : `failed ${failure}`
  const disturbed =
    others > DISTURBED ? `; other programs used ${(others * 100).toFixed(0)} % of the machine` : ''
  process.stderr.write(`  ${label.padEnd(24)} ${String(rate).padStart(10)}/s ${outcome}${disturbed}\n`)
}

import { fork } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startChild } from '../child.js'
import { setApart } from '../cores.js'

/**
 * How to have the other instrumentation measured, too. It is not among the development dependencies: it brings over
 * 100 packages.
 */
export const INSTALL_OTEL = 'npm install --no-save @opentelemetry/auto-instrumentations-node'

const HOST = fileURLToPath(new URL('../register-host.js', import.meta.url))
const REGISTER = pathToFileURL('dist/server/register/index.js').href
const CONNECTIONS = 50
/** Milliseconds for one host: seconds, for the first one shows more requests as items than those of a steady load. */
const SLICE = 3000
/** Milliseconds until a host's code is compiled as it stays. */
const WARM_UP = 4000

/**
 * OpenTelemetry as it is by default, OTLP over HTTP in protobuf, but that it exports to a sink on this machine, and asks no
 * cloud where it runs.
 */
const OTEL = {
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
}

/**
 * What a kind of host does: requests a second, and microseconds of its CPU for each.
 * @typedef {{ rate: number, cpu: number }} Speed
 *
 * How a kind of host is started.
 * @typedef {{ execArgv: string[], env: Record<string, string> }} Kind
 */

/**
 * Requests a second of a Fastify hello-world as it is, with `opswire/register` and no viewer, and with OpenTelemetry's
 * automatic instrumentations (undefined when they are not installed), which export to a sink. Each round starts every
 * kind anew, one after the other: of two processes with the same code one may be 15 % slower for as long as it lives,
 * wherever its memory happens to lie. Of the rounds the middle one counts. Hosts have one core, the one who asks another.
 * @param {{ rounds: number }} times
 * @returns {Promise<{ plain: Speed, register: Speed, otel: Speed | undefined, ratio: number, otelRatio: number | undefined, apart: boolean }>}
 *   rejects when those exported nothing, for then they are not what they would be
 */
export async function serveHelloWorlds({ rounds }) {
  const otel = findOtel()
  const sink = startChild('./otlp-sink.js')
  const endpoint = `http://127.0.0.1:${await sink.ask('start')}`
  /** @type {Kind[]} */
  const kinds = [
    { execArgv: [], env: {} },
    { execArgv: ['--import', REGISTER], env: { OPSWIRE_PORT: '0' } },
  ]
  if (otel !== undefined) {
    kinds.push({ execArgv: ['--require', otel], env: { ...OTEL, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } })
  }
  try {
    /** @type {Speed[][]} */
    const measured = kinds.map(() => [])
    let apart = true
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < kinds.length; i++) {
        // Whoever comes first in a round has no advantage over all of them.
        const index = (i + round) % kinds.length
        const kind = kinds[index]
        if (kind === undefined) continue
        const run = await measure(kind)
        measured[index]?.push(run.speed)
        apart &&= run.apart
      }
    }
    if (otel !== undefined && (await sink.ask('count')) === 0) {
      throw new Error('the host under OpenTelemetry exported nothing')
    }
    const [plain = [], register = [], other] = measured
    /** @param {Speed[]} speeds */
    const ratioOf = (speeds) => middle(speeds.map(({ rate }, round) => rate / (plain[round]?.rate ?? NaN)))
    return {
      plain: middleOf(plain),
      register: middleOf(register),
      otel: other && middleOf(other),
      ratio: ratioOf(register),
      otelRatio: other && ratioOf(other),
      apart,
    }
  } finally {
    await sink.stop()
  }
}

/**
 * Starts a host and one who asks it, and ends both.
 * @param {Kind} kind
 */
async function measure(kind) {
  const asker = startChild('./hello-askers.js')
  const host = await startHost(asker, kind)
  try {
    const apart = setApart([asker.pid, host.pid])
    await host.load(WARM_UP)
    return { speed: await host.load(SLICE), apart }
  } finally {
    await asker.stop()
    host.stop()
  }
}

/**
 * @param {import('../child.js').Child} asker
 * @param {Kind} kind
 */
async function startHost(asker, { execArgv, env }) {
  const child = fork(HOST, [], {
    execArgv,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  /** @returns {Promise<any>} */
  const reply = () => new Promise((resolve) => child.once('message', resolve))
  const { port } = await reply()
  const cpu = async () => {
    child.send('cpu')
    const { user, system } = (await reply()).cpu
    return user + system
  }
  await asker.ask('open', { port, count: CONNECTIONS })
  return {
    pid: child.pid ?? -1,
    /**
     * @param {number} milliseconds
     * @returns {Promise<Speed>}
     */
    async load(milliseconds) {
      const before = await cpu()
      const taken = await asker.ask('ask', { port, milliseconds })
      return {
        rate: (taken.answers / taken.milliseconds) * 1000,
        cpu: ((await cpu()) - before) / taken.answers,
      }
    },
    stop() {
      process.off('exit', end)
      end()
    },
  }
}

/** The package's entry for `--require`; undefined when it is not installed. */
function findOtel() {
  try {
    return fileURLToPath(import.meta.resolve('@opentelemetry/auto-instrumentations-node/register'))
  } catch {
    return undefined
  }
}

/** @param {Speed[]} speeds */
function middleOf(speeds) {
  return { rate: middle(speeds.map(({ rate }) => rate)), cpu: middle(speeds.map(({ cpu }) => cpu)) }
}

/** @param {number[]} values */
function middle(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
}

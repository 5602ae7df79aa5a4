// npm run bench: builds, measures everything that the feed promises, prints a table, writes docs/benchmarks.md.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { build, install, requireNode } from '../scripts/prepare.js'
import { fail } from '../scripts/run.js'
import { watchBursts } from './parts/burst.js'
import { costOf } from './parts/cpu.js'
import { timeIdleEvents } from './parts/idle-event.js'
import { watchIdleViewers } from './parts/idle-viewers.js'
import { takeMessages } from './parts/ingest.js'
import { priceLogLines } from './parts/log-cost.js'
import { takeSpans } from './parts/otlp.js'
import { timeProxy } from './parts/proxy.js'
import { deliverRecording } from './parts/recording.js'
import { INSTALL_OTEL, serveHelloWorlds } from './parts/register.js'
import { weighSnapshots } from './parts/sizes.js'
import { timeRedaction } from './parts/redaction.js'
import { weighSketches } from './parts/sketches.js'
import { watchStuckClients } from './parts/stuck-clients.js'
import { climbOn } from './parts/throughput.js'
import { NCHAN, OPSWIRE, SERVERS } from './servers.js'
import { INSTALL, isInstalled } from './servers/nchan.js'

/** Options of the plugin that switch shared compression on. Empty: `Accept-Encoding` alone does. */
const COMPRESSING = {}

/** Load average above which others take what the bench should have. */
const BUSY = 0.5

const { quick, only, write } = readArguments()
const times = quick
  ? { warmUp: 0.5, seconds: 2, patient: false, bursts: 5, stuck: 10, slice: 8 }
  : { warmUp: 1, seconds: 4, patient: true, bursts: 20, stuck: 15, slice: 20 }
const servers = SERVERS.filter(({ server }) => server !== NCHAN.server || isInstalled)

/** @type {import('./targets.js').Results} */
const results = {}

/** The parts, in the order of the table. @type {Record<string, () => Promise<void>>} */
const PARTS = {
  async throughput() {
    if (!isInstalled) say(`  ${NCHAN.label} is not installed; for the comparison: ${INSTALL}`)
    results.held = {}
    for (const each of servers) {
      const measured = await climbOn(each, times)
      results.held[each.server] = measured === 'plain' ? undefined : measured
    }
  },
  async compressed() {
    const measured = await climbOn({ ...OPSWIRE, options: { plugin: COMPRESSING }, shared: true }, times)
    if (measured === 'plain') say('  skipped: the server answers without content-encoding')
    if (measured) results.compressed = measured
    if (quick) return
    const ceiling = await climbOn({ server: 'shared-gzip', label: 'bare gzip loop', shared: true }, times)
    if (ceiling && ceiling !== 'plain') results.compressedCeiling = ceiling
  },
  async cpu() {
    results.cost = {}
    for (const each of servers) results.cost[each.server] = await costOf(each, times)
  },
  async 'idle-event'() {
    results.idle = []
    for (const viewers of [1, 200]) {
      const events = quick ? 40 : 200
      const loop = await timeIdleEvents({ events, viewers, server: 'plain-loop' })
      results.idle.push({ viewers, ...(await timeIdleEvents({ events, viewers })), loop })
    }
  },
  async burst() {
    results.burst = await watchBursts({ bursts: times.bursts })
  },
  async recording() {
    const slice = times.slice * 1000
    results.recording = {
      plain: await deliverRecording({ slice, gzip: false }),
      compressed: await deliverRecording({ slice, gzip: true, plugin: COMPRESSING }),
    }
  },
  async 'idle-viewers'() {
    results.viewers = await watchIdleViewers({ seconds: quick ? 6 : 12 })
  },
  async 'log-cost'() {
    results.log = await priceLogLines(times)
  },
  async ingest() {
    results.ingest = await takeMessages(times)
  },
  async otlp() {
    results.otlp = await takeSpans(times)
  },
  async 'stuck-clients'() {
    results.stuck = await watchStuckClients({ seconds: times.stuck })
  },
  async register() {
    results.register = await serveHelloWorlds({ rounds: quick ? 5 : 15 })
    if (results.register.otel === undefined)
      say(`  OpenTelemetry's instrumentations are not installed; for the comparison: ${INSTALL_OTEL}`)
  },
  async sizes() {
    results.sizes = await weighSnapshots()
  },
  async redaction() {
    results.redaction = timeRedaction()
  },
  async sketches() {
    results.sketches = await weighSketches()
  },
  async proxy() {
    results.proxy = await timeProxy({ ...times, warmUp: 4 })
  },
}

requireNode()
await install()
// Formatting comes with what was just installed.
const { describeMachine, toDocument, toText } = await import('./report.js')
const parts = only === undefined ? Object.keys(PARTS) : [only]
if (parts.some((name) => PARTS[name] === undefined)) {
  fail(`unknown part "${only}"; accepted are ${Object.keys(PARTS).join(', ')}`)
}
await build()
say(describeMachine())
const [load] = loadavg()
if (load > BUSY) say(`load average ${load.toFixed(1)}: other programs are busy, what follows will be too low`)
const failed = []
for (const name of parts) {
  const start = performance.now()
  say(`${name}…`)
  try {
    await PARTS[name]()
  } catch (error) {
    failed.push(name)
    say(`  failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  say(`  ${((performance.now() - start) / 1000).toFixed(0)} s`)
}
console.log(`\n${toText(results)}\n`)
if (failed.length > 0) fail(`could not be measured: ${failed.join(', ')}`)
if ((write || !quick) && only === undefined) {
  writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), await toDocument(results, times))
  say('wrote docs/benchmarks.md')
}

/** @returns {{ quick: boolean, only: string | undefined, write: boolean }} */
function readArguments() {
  try {
    const { values } = parseArgs({
      options: { quick: { type: 'boolean' }, only: { type: 'string' }, write: { type: 'boolean' } },
    })
    return { quick: values.quick === true, only: values.only, write: values.write === true }
  } catch (error) {
    return fail(
      `${error instanceof Error ? error.message : String(error)}\naccepted: --quick, --write, --only <part>`,
    )
  }
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`)
}

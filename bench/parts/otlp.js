import { startChild } from '../child.js'
import { OPSWIRE } from '../servers.js'

/**
 * @typedef {object} Exported
 * @property {number} rate spans a second that were answered
 * @property {number} cpu microseconds of the server for each
 * @property {number} bytes of each
 * @property {number} missing model calls that the server did not count
 */

/**
 * What one process takes through `POST /v1/traces` from one exporter that sends 512 spans a request and waits for the
 * answer to each.
 * @param {{ warmUp: number, seconds: number }} times
 * @returns {Promise<{ protobuf: Exported, json: Exported }>}
 */
export async function takeSpans(times) {
  return { protobuf: await take('protobuf', times), json: await take('json', times) }
}

/**
 * @param {'protobuf' | 'json'} form
 * @param {{ warmUp: number, seconds: number }} times
 * @returns {Promise<Exported>}
 */
async function take(form, { warmUp, seconds }) {
  const host = startChild('host.js')
  const exporter = startChild('exporter.js')
  try {
    const { port } = await host.ask('start', { name: OPSWIRE.server })
    const warm = await exporter.ask('export', { port, form, seconds: warmUp }, 60_000)
    const before = await host.ask('cpu')
    const { spans, calls, bytes, elapsed } = await exporter.ask('export', { port, form, seconds }, 60_000)
    const cpu = ((await host.ask('cpu')) - before) / spans
    const answer = await fetch(`http://127.0.0.1:${port}/ops/api/metrics`)
    const { counters } = /** @type {any} */ (await answer.json())
    const taken = {
      rate: (spans / elapsed) * 1000,
      cpu,
      bytes,
      missing: warm.calls + calls - counters.calls,
    }
    show(form, taken)
    return taken
  } finally {
    await Promise.all([host.stop(), exporter.stop()])
  }
}

/**
 * @param {string} form
 * @param {Exported} exported
 */
function show(form, { rate, cpu, bytes, missing }) {
  const each = `${cpu.toFixed(1)} µs and ${bytes.toFixed(0)} bytes each`
  process.stderr.write(
    `  ${form.padEnd(24)} ${String(Math.round(rate)).padStart(10)}/s ${each}, ${missing} calls missing\n`,
  )
}

import { readFileSync } from 'node:fs'

const RECORDING = new URL('recordings/gateway.ndjson', import.meta.url)
/** Milliseconds after the end of a slice until which its requests may go on. */
const OVERTIME = 2000

/**
 * @typedef {object} Recorded
 * @property {number} at milliseconds since the recording began
 * @property {any} type of the bus message
 * @property {any} message
 */

/**
 * Publishes the recording of the sample gateway once. To make a busy gateway of a small one, it is cut into slices
 * that play at the same time, each at the recorded pace. Whatever belongs to one request stays in the slice where it
 * began; what would come long after the others have ended is left out.
 * @param {import('opswire').Ops} ops
 * @param {{ slice: number }} options length of a slice in milliseconds
 * @returns {Promise<{ messages: number, deltas: number, seconds: number, cpu: number }>} `cpu` in microseconds
 */
export async function replay(ops, { slice }) {
  const recorded = readFileSync(RECORDING, 'utf8').trim().split('\n').map(parse)
  /** When the slice of a request began. @type {Map<string, number>} */
  const begins = new Map()
  const plan = recorded
    .map(({ at, type, message }) => {
      const key = message.requestId ?? message.id
      const begin = begins.get(key) ?? Math.floor(at / slice) * slice
      if (key !== undefined) begins.set(key, begin)
      if (message.id !== undefined) begins.set(message.id, begin)
      return { due: at - begin, type, message }
    })
    .filter(({ due }) => due <= slice + OVERTIME)
    .sort((a, b) => a.due - b.due)
  const before = ops.position
  const cpu = process.cpuUsage()
  const start = performance.now()
  let next = 0
  await new Promise((resolve) => {
    const step = () => {
      const now = performance.now() - start
      for (; next < plan.length && plan[next].due <= now; next++) {
        ops.bus.publish(plan[next].type, plan[next].message)
      }
      if (next === plan.length) setTimeout(resolve, 200)
      else setTimeout(step, plan[next].due - now)
    }
    step()
  })
  const used = process.cpuUsage(cpu)
  return {
    messages: plan.length,
    deltas: ops.position - before,
    seconds: (performance.now() - start) / 1000,
    cpu: used.user + used.system,
  }
}

/**
 * @param {string} line
 * @returns {Recorded}
 */
function parse(line) {
  return JSON.parse(line)
}

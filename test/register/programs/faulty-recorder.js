// A recorder all of whose recording throws, or with `?part=reading` what a dashboard reads. What it tells of its faults is
// real.
import { createOps as create } from '../../../dist/server/create-ops.js'

const isReading = new URL(import.meta.url).searchParams.get('part') === 'reading'
const FAULTY = new Set(
  isReading
    ? ['calls', 'channels', 'logLines', 'metrics', 'requests', 'snapshot']
    : ['counter', 'gauge', 'log', 'setChannel', 'startCall', 'startRequest'],
)

/** @returns {never} */
const explode = () => {
  throw new Error('a fault of opswire')
}

/** @param {import('../../../dist/server/create-ops.js').CreateOpsOptions} options */
export function createOps(options) {
  const real = create(options)
  const bus = { ...real.bus, publish: explode }
  return new Proxy(real, {
    get(ops, name) {
      if (FAULTY.has(String(name))) return explode
      if (isReading) return Reflect.get(ops, name)
      if (name === 'bus') return bus
      if (name === 'sample') {
        return (/** @type {any} */ part, /** @type {any} */ sampler) =>
          ops.sample(part, part === 'requests' ? explode : sampler)
      }
      if (name === 'close') {
        return () => {
          ops.close()
          explode()
        }
      }
      return Reflect.get(ops, name)
    },
  })
}

// A recorder all of whose recording throws; what it tells of its faults, and the dashboard, are real.
import { createOps as create } from '../../../dist/server/create-ops.js'

const RECORDING = new Set(['counter', 'gauge', 'log', 'setChannel', 'startCall', 'startRequest'])

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
      if (name === 'bus') return bus
      if (RECORDING.has(String(name))) return explode
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

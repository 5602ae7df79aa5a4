// Installs the hooks with parts that throw, whatever is asked of them. `?fault=` says which: `observe`, `exchange` or `ops`.
import { createOps } from '../../../dist/index.js'
import { watchApp } from '../../../dist/server/register/watch-app.js'

const fault = new URL(import.meta.url).searchParams.get('fault')
let faults = 0

/** @returns {never} */
const explode = () => {
  throw new Error('a fault of opswire')
}
/** An object all of whose methods throw. */
const bomb = /** @type {any} */ (new Proxy({}, { get: () => explode }))
const real = createOps()

watchApp({
  // Installing them works: what is tested is what happens to the app afterwards.
  ops:
    fault === 'ops'
      ? /** @type {typeof real} */ (
          new Proxy(real, {
            get: (_ops, name) => (name === 'sample' ? () => explode : name === 'bus' ? bomb : explode),
          })
        )
      : real,
  observe: () => (fault === 'observe' ? explode() : fault === 'exchange' ? bomb : explode()),
  fault: () => void faults++,
})
process.on('message', (message) => {
  if (message === 'faults') process.send?.(faults)
})

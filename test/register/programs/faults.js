// Before `opswire/register`: has one part of it throw, whatever is asked of it. `?fault=` says which.
import { register, syncBuiltinESMExports } from 'node:module'
import { Server } from 'node:net'
import perfHooks from 'node:perf_hooks'

const fault = new URL(import.meta.url).searchParams.get('fault') ?? ''

/** @returns {never} */
const explode = () => {
  throw new Error('a fault of opswire')
}
/** @param {{ prototype: object }} part */
const breakMethods = ({ prototype }) => {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name !== 'constructor') Object.defineProperty(prototype, name, { value: explode })
  }
}

/** @type {Record<string, () => unknown>} */
const faults = {
  /** What hooks stand on inside. */
  async inside() {
    const { Inbound } = await import('../../../dist/server/register/inbound.js')
    const { RoutePatterns } = await import('../../../dist/server/register/route-patterns.js')
    breakMethods(Inbound)
    breakMethods(RoutePatterns)
  },
  /** What the process tells of itself fails once the app runs, or from the beginning on. */
  figures: () => void (process.memoryUsage = /** @type {any} */ (explode)),
  start() {
    perfHooks.monitorEventLoopDelay = explode
    syncBuiltinESMExports()
  },
  /** As Node tells a server that no file is left for its next connection. */
  server() {
    const { listen } = Server.prototype
    Server.prototype.listen = function (/** @type {any[]} */ ...args) {
      const isDashboard = args[0]?.exclusive === true
      if (isDashboard) this.once('listening', () => setImmediate(() => this.emit('error', toAcceptError())))
      return Reflect.apply(listen, this, args)
    }
  },
}
const toAcceptError = () => Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' })

await faults[fault]?.()
// The others are modules that stand in for those that `opswire/register` is made of.
register('./faults-loader.js', { parentURL: import.meta.url, data: fault })

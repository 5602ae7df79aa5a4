import net from 'node:net'
import type { Cancel } from '../../bus/clock.js'
import { override } from './override.js'
import { attempt, type Watch } from './watch.js'

/**
 * Calls `leave` when another server of the process is about to listen on the port of `server`, just before it does: the
 * app comes first, whenever it comes.
 */
export function makeWay(
  watch: Pick<Watch, 'fault'>,
  server: net.Server,
  leave: (port: number) => void,
): Cancel {
  return override(net.Server.prototype, 'listen', (proceed, args, self) => {
    attempt(watch, "The way for the app's server", () => {
      const address = server.address()
      if (self === server || address === null || typeof address === 'string') return
      if (toPort(args[0]) === address.port) leave(address.port)
    })
    return proceed()
  })
}

/** Of what `listen` takes first: a port, or an object that holds it. */
function toPort(target: unknown): number | undefined {
  const port: unknown =
    typeof target === 'object' && target !== null && 'port' in target ? target.port : target
  return typeof port === 'number' || (typeof port === 'string' && port !== '') ? Number(port) : undefined
}

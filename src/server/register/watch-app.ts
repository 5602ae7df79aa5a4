import type { Cancel } from '../../bus/clock.js'
import { watchConsole } from './console-lines.js'
import { watchFastifyRoutes } from './fastify-routes.js'
import { watchInboundHttp } from './inbound-http.js'
import { watchFetch } from './outbound-fetch.js'
import { watchHttpClients } from './outbound-http.js'
import { watchUndici } from './outbound-undici.js'
import { watchPinoLogs } from './pino-logs.js'
import { watchProcessEvents } from './process-events.js'
import { attempt, type Watch } from './watch.js'

const HOOKS = [
  watchInboundHttp,
  watchFastifyRoutes,
  watchFetch,
  watchUndici,
  watchHttpClients,
  watchPinoLogs,
  watchConsole,
  watchProcessEvents,
]

/** Installs every hook that there is. One that can't be is a fault, and the others stand. */
export function watchApp(watch: Watch): Cancel {
  const stops = HOOKS.map((hook) => attempt(watch, `The hook ${hook.name}`, () => hook(watch)))
  return () => {
    for (const stop of stops) stop?.()
  }
}

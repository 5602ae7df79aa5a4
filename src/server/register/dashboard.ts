import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Ops } from '../../bus/ops.js'
import { buildApp } from '../app.js'
import { toAddress, toListenError } from '../listen.js'
import { setOwnServer } from './own-server.js'

interface DashboardOptions {
  host: string
  /** When it is taken, the next free one. */
  port: number
}

/** How many ports are tried. */
const TRIES = 100

/**
 * Serves the dashboard of `ops` beside an app, on a server of its own that never keeps the process alive. Resolves with
 * its address. Rejects with an OpsError in one line for what the operator can mend.
 */
export async function startDashboard(ops: Ops, { host, port }: DashboardOptions): Promise<string> {
  // Every pino logger of the process is watched already, this one's too.
  const app = await buildApp(ops, { log: false })
  setOwnServer(app.server)
  app.server.on('connection', (socket: Socket) => socket.unref())
  await app.ready()
  const hint = 'OPSWIRE_PORT'
  for (let tried = port; ; tried++) {
    try {
      await listenAt(app.server, host, tried)
      app.server.unref()
      // Such as no file left for a connection: without a listener it would end the app.
      app.server.on('error', (error) => ops.fault("The dashboard's server", error))
      return toAddress(app.server, host, tried)
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (isTaken && tried + 1 < port + TRIES && tried < 65_535) continue
      throw toListenError(error, { host, port: tried, hint })
    }
  }
}

async function listenAt(server: Server, host: string, port: number): Promise<void> {
  // A failed try leaves no listener behind: from eleven on Node would warn the app.
  const listening = once(server, 'listening')
  // A worker of a cluster has a port of its own; shared ones would show now this worker, now that.
  server.listen({ host, port, exclusive: true })
  await listening
}

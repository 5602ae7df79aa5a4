import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { buildApp } from '../app.js'
import { toAddress, toListenError } from '../listen.js'
import { makeWay } from './make-way.js'
import { setOwnServer } from './own-server.js'
import type { Watch } from './watch.js'

interface DashboardOptions {
  host: string
  /** When it is taken, the next free one. */
  port: number
}

/** How many ports are tried. */
const TRIES = 100

/**
 * Serves the dashboard of `ops` beside an app, on a server of its own that never keeps the process alive, and tells its
 * address: again when the app itself listens on its port later, for then it moves to the next free one. Its viewers stay
 * connected. Rejects with an OpsError in one line for what the operator can mend.
 */
export async function startDashboard(
  watch: Pick<Watch, 'ops' | 'fault'>,
  { host, port }: DashboardOptions,
  tell: (address: string) => void,
): Promise<void> {
  // Every pino logger of the process is watched already, this one's too.
  const app = await buildApp(watch.ops, { log: false })
  const { server } = app
  setOwnServer(server)
  server.on('connection', (socket: Socket) => socket.unref())
  await app.ready()
  await listenFrom(server, host, port, tell)
  // Such as no file left for a connection: without a listener it would end the app.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') watch.fault("The dashboard's server", error)
  })
  makeWay(watch, server, (taken) => {
    server.close()
    listenFrom(server, host, taken + 1, tell).catch((error: unknown) =>
      watch.fault("The dashboard's move to another port", error),
    )
  })
}

/** On the first free port from `port` on. */
async function listenFrom(
  server: Server,
  host: string,
  port: number,
  tell: (address: string) => void,
): Promise<void> {
  for (let tried = port; ; tried++) {
    try {
      await listenAt(server, host, tried)
      server.unref()
      tell(toAddress(server, host, tried))
      return
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (isTaken && tried + 1 < port + TRIES && tried < 65_535) continue
      throw toListenError(error, { host, port: tried, hint: 'OPSWIRE_PORT' })
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

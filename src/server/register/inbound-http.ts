import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Cancel } from '../../bus/clock.js'
import { RequestSampler } from '../../bus/request-sampler.js'
import {
  CONNECTION,
  connections,
  requestsOf,
  take,
  type Connection,
  type WatchedSocket,
} from './connection.js'
import { enterInbound } from './context.js'
import { Inbound } from './inbound.js'
import { isOwnServer } from './own-server.js'
import { RequestTally } from './request-tally.js'
import { guarded, type Watch } from './watch.js'

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  socket: WatchedSocket
  server: object
}

/** A request that takes longer than this, in milliseconds, is shown in any case. */
const SLOW = 250
/** Milliseconds between two looks for slow ones among those that are not shown. */
const SWEEP_INTERVAL = 100

/**
 * Records the requests of every `node:http` and `node:https` server of the process. Beyond 200 a second, and in the
 * second after, only those are shown that fail, that take over 250 ms, and a sample; all are counted. Nothing of a request is touched: its begin and
 * end come from Node's own diagnostics channels, its loss from the connection. What runs for every request of a busy
 * server is written for that: it takes about half a microsecond.
 */
export function watchInboundHttp(watch: Watch): Cancel {
  const { ops } = watch
  const sampler = new RequestSampler()
  const tally = new RequestTally()
  let sweeping: NodeJS.Timeout | undefined

  const start = (message: unknown): void => {
    try {
      const { request, response, socket, server } = message as Exchange
      if (isOwnServer(server)) return
      const now = performance.now()
      const inbound = new Inbound(ops, request, response, now)
      const connection = socket[CONNECTION] ?? open(socket)
      if (connection.current === undefined) connection.current = inbound
      else connection.queued.push(inbound)
      enterInbound(inbound)
      if (sampler.admit(now)) inbound.show()
      else holdBack(inbound)
    } catch (error) {
      watch.fault('The recording of an HTTP request', error)
    }
  }

  const finish = (message: unknown): void => {
    try {
      const { response, socket } = message as Exchange
      const connection = socket[CONNECTION]
      if (connection === undefined) return
      const inbound = take(connection, response)
      // `finish` comes for a response whose bytes were lost on their way, too.
      if (inbound !== undefined) end(inbound, (socket.errored ?? null) === null)
    } catch (error) {
      watch.fault('The end of an HTTP request', error)
    }
  }

  const end = (inbound: Inbound, isWhole: boolean): void => {
    if (inbound.id === undefined && sampler.pickOfTheRest()) inbound.show()
    inbound.end(isWhole)
  }

  const open = (socket: WatchedSocket): Connection => {
    const connection: Connection = { current: undefined, queued: [] }
    socket[CONNECTION] = connection
    connections.add(connection)
    socket.once('close', () => cut(connection))
    return connection
  }

  const cut = guarded(watch, 'The loss of a connection', (connection: Connection) => {
    connections.delete(connection)
    for (const inbound of requestsOf(connection)) end(inbound, false)
    connection.current = undefined
    connection.queued = []
  })

  const holdBack = (inbound: Inbound): void => {
    inbound.holdBack(tally)
    sweeping ??= setInterval(sweep, SWEEP_INTERVAL).unref()
  }

  const sweep = guarded(watch, 'The look for slow HTTP requests', () => {
    const slowSince = performance.now() - SLOW
    for (const connection of connections) {
      for (const inbound of requestsOf(connection)) if (inbound.startedAt <= slowSince) inbound.show()
    }
    if (tally.active > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  })

  const stopSampling = ops.sample('requests', () => tally.take())
  subscribe('http.server.request.start', start)
  subscribe('http.server.response.finish', finish)
  return () => {
    unsubscribe('http.server.request.start', start)
    unsubscribe('http.server.response.finish', finish)
    clearInterval(sweeping)
    stopSampling()
  }
}

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Inbound } from './inbound.js'

/** The requests that a connection carries: mostly one at a time. */
export interface Connection {
  current: Inbound | undefined
  /** Sent without waiting for the response of the one before. */
  queued: Inbound[]
}

export const CONNECTION = Symbol('opswire.connection')

export interface WatchedSocket extends Socket {
  [CONNECTION]?: Connection
}

/** Those that carry requests now or did before, until they are closed. */
export const connections = new Set<Connection>()

/** The request in flight, if it is the only one. */
export function soleInbound(): Inbound | undefined {
  let sole: Inbound | undefined
  for (const connection of connections) {
    for (const inbound of requestsOf(connection)) {
      if (sole !== undefined) return undefined
      sole = inbound
    }
  }
  return sole
}

/** The request that a response answers, which its connection then carries no more. */
export function take(connection: Connection, response: ServerResponse): Inbound | undefined {
  const { current, queued } = connection
  if (current?.response === response) {
    connection.current = queued.length > 0 ? queued.shift() : undefined
    return current
  }
  const index = queued.findIndex((inbound) => inbound.response === response)
  return index === -1 ? undefined : queued.splice(index, 1)[0]
}

export function requestsOf({ current, queued }: Connection): Inbound[] {
  return current === undefined ? [] : [current, ...queued]
}

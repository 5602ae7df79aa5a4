import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { OpsError } from './errors.js'

interface ListenOptions {
  host: string
  port: number
  /** Completes the sentence "choose another with …" for a busy port. */
  hint: string
}

/**
 * Listens and returns the address to open, with the port that was really taken. Throws an OpsError in one line for what
 * the operator can mend.
 */
export async function listen(app: FastifyInstance, options: ListenOptions): Promise<string> {
  const { host, port } = options
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw toListenError(error, options)
  }
  return toAddress(app.server, host, port)
}

/** An OpsError in one line for what the operator can mend, else the error itself. */
export function toListenError(error: unknown, { host, port, hint }: ListenOptions): unknown {
  const { code } = error as NodeJS.ErrnoException
  const reason = {
    EADDRINUSE: `Port ${port} on ${host} is in use; choose another with ${hint}.`,
    EACCES: `Port ${port} needs more rights than this process has; choose another with ${hint}.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine.`,
    ENOTFOUND: `${host} is not an address or name of this machine.`,
  }[code ?? '']
  return reason === undefined ? error : new OpsError('OPS_LISTEN', 500, reason)
}

/** The address to open of a server that listens, without a slash at its end. */
export function toAddress(server: Server, host: string, port: number): string {
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  const wildcard = host === '0.0.0.0' || host === '::'
  const name = wildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${taken}`
}

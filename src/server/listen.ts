import type { FastifyInstance } from 'fastify'
import { OpsError } from './errors.js'

/**
 * Listens and returns the address to open, with the port that was really taken. `hint` completes the sentence
 * "choose another with …" for a busy port. Throws an OpsError in one line for what the operator can mend.
 */
export async function listen(
  app: FastifyInstance,
  { host, port, hint }: { host: string; port: number; hint: string },
): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = {
      EADDRINUSE: `Port ${port} on ${host} is in use; choose another with ${hint}.`,
      EACCES: `Port ${port} needs more rights than this process has; choose another with ${hint}.`,
      EADDRNOTAVAIL: `${host} is not an address of this machine.`,
      ENOTFOUND: `${host} is not an address or name of this machine.`,
    }[code ?? '']
    throw reason === undefined ? error : new OpsError('OPS_LISTEN', 500, reason)
  }
  const address = app.server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  const wildcard = host === '0.0.0.0' || host === '::'
  const name = wildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${taken}`
}

import type { FastifyInstance } from 'fastify'

/** Where a listening app is reached from this machine, like `http://127.0.0.1:3100`; `host` replaces the address. */
export function toLocalUrl(app: FastifyInstance, host?: string): string {
  const address = app.server.address()
  if (address === null || typeof address === 'string')
    throw new Error('the gateway does not listen on a port')
  const everywhere = address.address === '::' || address.address === '0.0.0.0'
  const name = host ?? (everywhere ? '127.0.0.1' : address.address)
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}`
}

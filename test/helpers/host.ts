import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import { createOps, type CreateOpsOptions, type Ops } from '../../src/index.js'
import opswire, { type OpswireOptions } from '../../src/server/fastify.js'
import { openFeed, type FeedReader } from './feed-reader.js'

export interface Host {
  app: FastifyInstance
  ops: Ops
  /** Address without a slash at its end. */
  url: string
  /** Opens the feed and closes it with the test. */
  feed(query?: string, headers?: Record<string, string>): Promise<FeedReader>
}

interface HostOptions {
  ops?: CreateOpsOptions
  plugin?: Partial<OpswireOptions>
  fastify?: FastifyServerOptions
  /** Adds the host's own routes. */
  routes?: (app: FastifyInstance, ops: Ops) => void
}

/** Starts a Fastify host with opswire mounted at `/ops`, on a free port; closed with the test. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const app = Fastify({ logger: { level: 'info', stream: { write: () => undefined } }, ...options.fastify })
  const ops = createOps({ service: 'host', instance: 'i1', ...options.ops })
  await app.register(opswire, { ops, ...options.plugin })
  options.routes?.(app, ops)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(async () => {
    await app.close()
    ops.close()
  })
  return {
    app,
    ops,
    url,
    async feed(query = '', headers = {}) {
      const reader = await openFeed(`${url}/ops/events${query}`, headers)
      onTestFinished(() => reader.close())
      return reader
    },
  }
}

import Fastify from 'fastify'
import { createOps } from 'opswire'
import opswire from 'opswire/fastify'
import { FIELDS, INSTANCE } from '../line.js'
import { replay } from '../replay.js'
import { work } from '../work.js'
import { listenApp } from '../listen.js'

/**
 * opswire as a host mounts it, with its defaults.
 * @param {{ plugin?: object, fields?: boolean }} options `plugin`: options of the plugin beside `ops`; `fields`:
 *   whether lines carry fields
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start({ plugin = {}, fields = false }) {
  const app = Fastify()
  const ops = createOps({ service: 'bench', instance: INSTANCE })
  await app.register(opswire, { ops, ...plugin })
  const port = await listenApp(app)
  return {
    port,
    path: '/ops/events',
    publish: fields
      ? ({ level, source, message }) => ops.log(level, source, message, FIELDS)
      : ({ level, source, message }) => ops.log(level, source, message),
    extra: {
      replay: (params) => replay(ops, params),
      work: (params) => work(ops, params),
      request: () => void ops.startRequest({ session: 'a-reader', name: 'waits' }),
    },
    async stop() {
      await app.close()
      ops.close()
    },
  }
}

import type { FastifyInstance } from 'fastify'
import type { Ops } from '../../bus/ops.js'
import { readOnly } from './read-only.js'

/** `GET /health`: whether this process serves. 503 once it has begun to close. Cheap, and without secrets. */
export function healthRoute(scope: FastifyInstance, ops: Ops): void {
  let draining = false
  scope.addHook('preClose', (done) => {
    draining = true
    done()
  })
  readOnly(scope, '/health', (_request, reply) =>
    reply
      .code(draining ? 503 : 200)
      .header('cache-control', 'no-store')
      .send({
        status: draining ? 'draining' : 'ok',
        uptime: Math.round(process.uptime() * 1000),
        version: ops.version,
        instance: ops.instance,
      }),
  )
}

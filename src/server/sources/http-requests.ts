import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ops } from '../../bus/ops.js'
import { HttpRecorder } from './http-recorder.js'

export interface HttpRequestsOptions {
  /** Leaves a request out of the dashboard altogether. */
  ignore(request: FastifyRequest): boolean
}

const recorders = new WeakMap<Ops, HttpRecorder>()

/**
 * Records the HTTP requests of a Fastify host as requests of kind `http`, named by method and route pattern. A
 * request ends when its response is over: failed from status 500, cancelled when the client left before. Covers
 * the routes of `app` and of the plugins registered after this call; nothing it does reaches the host. Each request
 * is recorded once, however many times `app` or the instances around it are watched: the first call counts.
 */
export function watchHttpRequests(app: FastifyInstance, ops: Ops, options: HttpRequestsOptions): void {
  const recorder = recorders.get(ops) ?? new HttpRecorder(ops)
  recorders.set(ops, recorder)
  app.addHook('onRequest', (request, reply, done) => {
    try {
      if (recorder.isNew(reply) && !options.ignore(request)) recorder.record(request, reply)
    } catch (error) {
      ops.fault('The recording of an HTTP request', error)
    }
    done()
  })
  app.addHook('onError', (_request, reply, error, done) => {
    recorder.noteCause(reply, error)
    done()
  })
}

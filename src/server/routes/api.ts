import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Ops } from '../../bus/ops.js'
import { LEVELS } from '../../bus/protocol.js'
import { parse } from '../validation.js'
import { readOnly } from './read-only.js'

const count = (most: number, byDefault: number): z.ZodType<number, string | undefined> =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .refine((value) => value <= most)
    .default(byDefault)
    .describe(`a whole number from 0 to ${most}`)

const noQuery = z.strictObject({})
const eventsQuery = z.strictObject({
  limit: count(1000, 50),
  level: z
    .enum(LEVELS)
    .default('trace')
    .describe(`one of ${LEVELS.join(', ')}`),
  before: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional()
    .describe('the seq of a log line; older ones are answered'),
})
const requestsQuery = z.strictObject({
  state: z.enum(['active', 'all']).default('all').describe('active or all'),
})
const callsQuery = z.strictObject({ limit: count(1000, 20) })

/** The JSON routes: what is known now, for scripts and for a page's first look. */
export function apiRoutes(scope: FastifyInstance, ops: Ops): void {
  scope.addHook('onSend', (_request, reply, _payload, done) => {
    void reply.header('cache-control', 'no-store, private').header('x-content-type-options', 'nosniff')
    done()
  })
  readOnly(scope, '/api/snapshot', (request) => {
    parse(noQuery, request.query, 'parameter')
    return ops.snapshot()
  })
  readOnly(scope, '/api/metrics', (request) => {
    parse(noQuery, request.query, 'parameter')
    return ops.metrics()
  })
  readOnly(scope, '/api/events', (request) => {
    const { limit, level, before } = parse(eventsQuery, request.query, 'parameter')
    const leastLevel = LEVELS.indexOf(level)
    const lines = ops
      .logLines()
      .filter(
        (line) => LEVELS.indexOf(line.level) >= leastLevel && (before === undefined || line.seq < before),
      )
    return { items: lines.slice(Math.max(0, lines.length - limit)) }
  })
  readOnly(scope, '/api/requests', (request) => {
    const { state } = parse(requestsQuery, request.query, 'parameter')
    const requests = ops.requests()
    return { items: state === 'active' ? requests.filter((item) => item.state === 'active') : requests }
  })
  readOnly(scope, '/api/calls', (request) => {
    const { limit } = parse(callsQuery, request.query, 'parameter')
    const calls = ops.calls()
    return { items: calls.slice(Math.max(0, calls.length - limit)) }
  })
  readOnly(scope, '/api/channels', (request) => {
    parse(noQuery, request.query, 'parameter')
    return { items: ops.channels() }
  })
}

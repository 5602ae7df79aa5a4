import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../../bus/clock.js'
import type { Ops } from '../../bus/ops.js'
import { OpsError, toErrorBody } from '../errors.js'
import { createBodyReader } from '../intake/body.js'
import { ingestJson, ingestLines } from '../intake/ingest-body.js'
import { Ingestion, type Ledger } from '../intake/ingestion.js'
import { INGEST_RATE } from '../intake/ingest-options.js'
import { toMediaType } from '../intake/media-type.js'
import { MessageIds } from '../intake/message-ids.js'
import { RateLimit } from '../intake/rate-limit.js'
import { createTurns } from '../intake/turns.js'
import { parse } from '../validation.js'
import { postOnly } from './post-only.js'

const JSON_TYPE = 'application/json'
const ACCEPTED = [JSON_TYPE, 'application/x-ndjson', 'application/ndjson', 'application/jsonl'] as const

const noQuery = z.strictObject({})

interface RouteOptions {
  clock: Clock
  /** Messages per second. Default 50,000. */
  rate?: number
  /** Milliseconds for which a half-sent body is waited for. Default 10,000. */
  patience?: number
}

/** `POST /api/ingest`: programs in any language publish. `scope` must be one of its own. */
export function ingestRoute(
  scope: FastifyInstance,
  ops: Ops,
  { clock, rate = INGEST_RATE, patience = 10_000 }: RouteOptions,
): void {
  const turns = createTurns()
  const reader = createBodyReader(clock, turns)
  const ids = new MessageIds(clock)
  const limit = new RateLimit(clock, rate, 'messages')

  // A live upload has no end of its own.
  scope.addHook('preClose', (done) => {
    reader.close()
    limit.close()
    done()
  })
  scope.addHook('onSend', (_request, reply, _payload, done) => {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
    done()
  })

  postOnly(
    scope,
    '/api/ingest',
    async (request, reply): Promise<Ledger | undefined> => {
      const ingestion = new Ingestion(ops, ids)
      const context = { reader, turns, ingestion, limit, patience }
      const type = toMediaType(request.headers['content-type'], ACCEPTED)
      try {
        await (type === JSON_TYPE ? ingestJson(request.raw, context) : ingestLines(request.raw, context))
        return ingestion.ledger
      } catch (error) {
        if (!(error instanceof OpsError)) throw error
        // Of what came before the trouble, the good ones are kept.
        const told = ingestion.isEmpty ? {} : ingestion.ledger
        await reply
          .code(error.statusCode)
          .headers(error.headers)
          .send({ ...toErrorBody(error.code, error.message), ...told })
      } finally {
        ingestion.count()
      }
    },
    {
      onRequest(request, _reply, done) {
        try {
          parse(noQuery, request.query, 'parameter')
          toMediaType(request.headers['content-type'], ACCEPTED)
          limit.require()
          done()
        } catch (error) {
          reader.discard(request.raw)
          done(error as OpsError)
        }
      },
    },
  )
}

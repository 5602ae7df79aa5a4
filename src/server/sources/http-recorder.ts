import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ops, RequestHandle } from '../../bus/ops.js'
import { onResponseEnd } from './response-end.js'

interface Recording {
  handle: RequestHandle
  /** What the host's error said. */
  cause?: string | undefined
  /** A log line of level error or fatal names this request. */
  isLogged: boolean
}

/** How many ids are remembered: more than requests in flight and ended ones that are still held. */
const IDS_LIMIT = 10_000

/** The HTTP requests in flight of one process, from whichever of its servers. */
export class HttpRecorder {
  readonly #ops: Ops
  readonly #seen = new WeakSet<object>()
  readonly #recordings = new WeakMap<object, Recording>()
  /** By the host's id, as its log lines have it. */
  readonly #byHostId = new Map<string, Recording>()
  /** Ids that records have or had lately, oldest first. */
  readonly #takenIds = new Set<string>()

  constructor(ops: Ops) {
    this.#ops = ops
    ops.bus.subscribe('log', ({ level, requestId, instance = ops.instance }) => {
      if (requestId === undefined || (level !== 'error' && level !== 'fatal')) return
      // Another process may count its requests by the same numbers.
      if (instance !== ops.instance) return
      const recording = this.#byHostId.get(requestId)
      if (recording !== undefined) recording.isLogged = true
    })
  }

  /** Whether this is the first time that this request is asked about. */
  isNew({ raw }: FastifyReply): boolean {
    if (this.#seen.has(raw)) return false
    this.#seen.add(raw)
    return true
  }

  record(request: FastifyRequest, reply: FastifyReply): void {
    const handle = this.#ops.startRequest({
      id: this.#idOf(request),
      kind: 'http',
      name: nameOf(request),
      automatic: true,
    })
    const recording: Recording = { handle, isLogged: false }
    this.#recordings.set(reply.raw, recording)
    this.#byHostId.set(request.id, recording)
    onResponseEnd(request, reply, (isWhole) => {
      if (this.#byHostId.get(request.id) === recording) this.#byHostId.delete(request.id)
      finish(recording, reply.raw.statusCode, isWhole)
    })
  }

  noteCause({ raw }: FastifyReply, error: Error | null | undefined): void {
    const recording = this.#recordings.get(raw)
    if (recording !== undefined) recording.cause = error?.message
  }

  /**
   * The host's id, so that log lines lead to the request; none when it is another's: of a second server, of a maker
   * that repeats itself. What a client's header says may be anything.
   */
  #idOf({ id, server }: FastifyRequest): string | undefined {
    if (server.initialConfig.requestIdHeader !== false || this.#takenIds.has(id)) return undefined
    this.#takenIds.add(id)
    if (this.#takenIds.size > IDS_LIMIT) this.#takenIds.delete(this.#takenIds.values().next().value!)
    return id
  }
}

function finish({ handle, cause, isLogged }: Recording, status: number, isWhole: boolean): void {
  if (!isWhole) handle.cancel()
  else if (status < 500) handle.end()
  else handle.fail(cause ?? `${status} ${STATUS_CODES[status] ?? ''}`.trim(), { logged: isLogged })
}

/** The pattern, not the path: `GET /users/:id`. Paths that no route knows share one name. */
function nameOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? '(no route)'}`
}

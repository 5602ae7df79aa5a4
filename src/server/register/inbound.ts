import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Ops } from '../../bus/ops.js'
import { toRequestName } from './request-name.js'
import type { RequestTally } from './request-tally.js'

let lastId = 0

/**
 * One request that a server of the app is working on. Most of a busy server's are never shown, only counted. Plain
 * fields: one is made for every request, and private ones take longer to make.
 */
export class Inbound {
  /** Its id when it is shown. */
  id: string | undefined = undefined
  /** Until its end. */
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
  /** Monotonic. */
  readonly startedAt: number
  /** A line of level error or fatal was written in its course. */
  isLogged = false
  private readonly ops: Ops
  private name = ''
  /** Counts it while it is not shown. */
  private tally: RequestTally | undefined = undefined

  constructor(ops: Ops, request: IncomingMessage, response: ServerResponse, startedAt: number) {
    this.ops = ops
    this.request = request
    this.response = response
    this.startedAt = startedAt
  }

  /** Has it counted until it is shown. */
  holdBack(tally: RequestTally): void {
    this.tally = tally
    tally.begin()
  }

  /** Makes it an item of the feed, late if it must be, unless it is over. Answers its id. */
  show(): string | undefined {
    if (this.id !== undefined || this.request === undefined) return this.id
    this.id = `h_${(++lastId).toString(36)}`
    this.name = toRequestName(this.request)
    this.tally?.leave()
    this.tally = undefined
    const age = performance.now() - this.startedAt
    this.ops.bus.publish('request.start', {
      id: this.id,
      kind: 'http',
      name: this.name,
      startedAt: age < 1 ? undefined : Math.round(Date.now() - age),
    })
    return this.id
  }

  /** The response is sent, or the connection lost before. */
  end(isWhole: boolean): void {
    const { request, response } = this
    if (request === undefined || response === undefined) return
    const status = response.statusCode
    const hasFailed = isWhole && status >= 500
    if (hasFailed || !isWhole) this.show()
    if (this.id === undefined) this.tally?.end(performance.now() - this.startedAt)
    else {
      if ('route' in request) this.rename(toRequestName(request))
      this.publishEnd(this.id, isWhole, hasFailed ? status : undefined)
    }
    // A context may outlive its request by far.
    this.request = this.response = this.tally = undefined
  }

  private publishEnd(id: string, isWhole: boolean, failure: number | undefined): void {
    if (failure === undefined) {
      this.ops.bus.publish('request.end', { id, state: isWhole ? 'ok' : 'cancelled' })
      return
    }
    const error = `${failure} ${STATUS_CODES[failure] ?? ''}`.trim()
    this.ops.bus.publish('request.end', { id, state: 'error', error, logged: this.isLogged })
  }

  private rename(name: string): void {
    if (this.id === undefined || name === this.name) return
    this.name = name
    this.ops.bus.publish('request.update', { id: this.id, name })
  }
}

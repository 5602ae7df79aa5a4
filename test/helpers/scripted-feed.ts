import type { FastifyInstance } from 'fastify'
import type { Ops } from '../../src/index.js'
import type { Metrics, Series, Snapshot } from '../../src/bus/protocol.js'

/** A feed that says what a test wants said, such as ten minutes that nobody has to wait for. */
export class ScriptedFeed {
  readonly #viewers = new Set<(text: string) => void>()
  #metrics: Metrics | undefined
  /** What a viewer gets first. */
  readonly series: Series

  constructor(series: Series) {
    this.series = series
  }

  /** Adds the feed at `/scripted`. */
  readonly serve = (app: FastifyInstance, ops: Ops): void => {
    app.get('/scripted', async (request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
      const snapshot = (await (await fetch(`http://${request.host}/ops/api/snapshot`)).json()) as Snapshot
      this.#metrics = snapshot.metrics!
      const send = (text: string) => reply.raw.write(text)
      const hello = {
        protocol: 1,
        epoch: 'e',
        instance: 'i1',
        service: ops.constructor.name,
        time: Date.now(),
      }
      send(toEvent('hello', hello))
      send(toEvent('snapshot', { ...snapshot, time: Date.now(), series: this.series }))
      this.#viewers.add(send)
      request.raw.on('close', () => this.#viewers.delete(send))
    })
    app.addHook('preClose', () => app.server.closeAllConnections())
  }

  /** Sends the next point, three seconds after the last one by its time. */
  next(point: { p50: number; p95: number; p99: number }): void {
    const { latency, ...minute } = this.#metrics!.calls['1m']
    const calls = { ...this.#metrics!.calls, '1m': { ...minute, latency: { ...latency, ...point } } }
    const columns = Object.values(this.series.columns)
    const time = this.series.from + columns[0]!.length * this.series.step
    for (const column of columns) column.push(null)
    for (const send of this.#viewers)
      send(toEvent('snapshot', { time, metrics: { ...this.#metrics!, calls } }))
  }
}

const toEvent = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

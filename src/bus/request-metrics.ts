import { Histogram } from './histogram.js'
import type { RequestRecord, RequestStatistics } from './protocol.js'
import { RollingWindow, type Mergeable } from './rolling-window.js'

const SPAN = 300_000

class RequestAggregate implements Mergeable<RequestAggregate> {
  total = 0
  errors = 0
  readonly latency = new Histogram()

  add(request: RequestRecord): void {
    this.total++
    if (request.state === 'error' || request.state === 'stale') this.errors++
    if (request.duration !== undefined) this.latency.add(request.duration)
  }

  merge(other: RequestAggregate): void {
    this.total += other.total
    this.errors += other.errors
    this.latency.merge(other.latency)
  }

  clear(): void {
    this.total = this.errors = 0
    this.latency.clear()
  }
}

/** Figures of the requests that ended within the last 5 minutes. */
export class RequestMetrics {
  readonly #window = new RollingWindow(SPAN, () => new RequestAggregate())
  readonly #startedAt: number

  /** `time` is monotonic, as in every call below. */
  constructor(time: number) {
    this.#startedAt = time
  }

  add(request: RequestRecord, time: number): void {
    this.#window.at(time).add(request)
  }

  statistics(time: number): RequestStatistics {
    const all = new RequestAggregate()
    this.#window.mergeInto(all, time)
    const seconds = Math.max(1, Math.min(SPAN, time - this.#startedAt) / 1000)
    return {
      rate: Math.round((all.total / seconds) * 1000) / 1000,
      ...(all.total > 0 && { errorRate: all.errors / all.total }),
      latency: all.latency.quantiles(),
    }
  }
}

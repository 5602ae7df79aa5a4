import { toDigits } from './digits.js'
import { Histogram } from './histogram.js'
import type { RequestRecord, RequestStatistics } from './protocol.js'
import { RollingWindow, toSeconds, type Mergeable } from './rolling-window.js'

const SPAN = 300_000

class RequestAggregate implements Mergeable<RequestAggregate> {
  total = 0
  errors = 0
  readonly latency = new Histogram()

  add(request: RequestRecord): void {
    this.total++
    if (hasFailed(request)) this.errors++
    this.#addLatency(request)
  }

  /** Requests that ended well, by how long they took. */
  addAll(latency: Histogram): void {
    this.total += latency.count
    this.latency.merge(latency)
  }

  /** A request that was given up as stale has ended after all. */
  correct(request: RequestRecord): void {
    if (!hasFailed(request)) this.errors--
    this.#addLatency(request)
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

  /** How long a stale one took nobody knows. */
  #addLatency({ state, duration }: RequestRecord): void {
    if (state !== 'stale' && duration !== undefined) this.latency.add(duration)
  }
}

function hasFailed({ state }: RequestRecord): boolean {
  return state === 'error' || state === 'stale'
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

  addAll(latency: Histogram, time: number): void {
    this.#window.at(time).addAll(latency)
  }

  /** `request` was counted as stale at `time`; where the window still holds it, it counts as it ended. */
  correct(request: RequestRecord, time: number): void {
    this.#window.find(time)?.correct(request)
  }

  statistics(time: number): RequestStatistics {
    const all = new RequestAggregate()
    this.#window.mergeInto(all, time)
    const seconds = toSeconds(SPAN, time, this.#startedAt)
    return {
      rate: toDigits(all.total / seconds, 3),
      ...(all.total > 0 && { errorRate: toDigits(all.errors / all.total, 3) }),
      latency: all.latency.quantiles(),
    }
  }
}

import { MEASURES } from './call-sample.js'
import { toDigits } from './digits.js'
import { Histogram } from './histogram.js'
import type { CallStatistics } from './protocol.js'

/** The figures of any number of calls, added up. */
export class CallAggregate {
  total = 0
  errors = 0
  /** Of the calls that told theirs; undefined when none did. */
  inputTokens: number | undefined
  outputTokens: number | undefined
  /** By measure. */
  readonly sketches: readonly Histogram[] = MEASURES.map(() => new Histogram())

  /** Token sums that are undefined add nothing. */
  addCounts(total: number, errors: number, inputTokens?: number, outputTokens?: number): void {
    this.total += total
    this.errors += errors
    if (inputTokens !== undefined) this.inputTokens = (this.inputTokens ?? 0) + inputTokens
    if (outputTokens !== undefined) this.outputTokens = (this.outputTokens ?? 0) + outputTokens
  }

  merge(other: CallAggregate): void {
    this.addCounts(other.total, other.errors, other.inputTokens, other.outputTokens)
    this.sketches.forEach((sketch, measure) => sketch.merge(other.sketches[measure]!))
  }

  clear(): void {
    this.total = this.errors = 0
    this.inputTokens = this.outputTokens = undefined
    for (const sketch of this.sketches) sketch.clear()
  }

  /** `seconds`: the time in which the calls ended. */
  statistics(seconds: number): CallStatistics {
    const [latency, timeToFirstToken, tokensPerSecond] = this.sketches
    return {
      total: this.total,
      rate: toDigits(this.total / seconds, 3),
      errors: this.errors,
      ...(this.total > 0 && { errorRate: toDigits(this.errors / this.total, 3) }),
      latency: latency!.quantiles(),
      timeToFirstToken: timeToFirstToken!.quantiles(),
      tokensPerSecond: tokensPerSecond!.quantiles(),
      ...(this.inputTokens !== undefined && { inputTokens: this.inputTokens }),
      ...(this.outputTokens !== undefined && { outputTokens: this.outputTokens }),
    }
  }
}

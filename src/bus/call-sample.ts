import { isMeasured, LARGEST, toBucket } from './buckets.js'
import type { CallRecord } from './protocol.js'

/** What is sketched of calls, in the order in which sketches are held. */
export const MEASURES = ['latency', 'timeToFirstToken', 'tokensPerSecond'] as const

/** What one call adds to the figures: read from its record once, added to every window. Used again for each call. */
export class CallSample {
  /** 1 for a call that ended; 0 for a correction of one that was counted. */
  total = 0
  /** -1 takes back the error of a call that was given up too early. */
  errors = 0
  inputTokens: number | undefined
  outputTokens: number | undefined
  /** By measure; NaN is unknown. */
  readonly values = new Float64Array(MEASURES.length)
  /** Bucket of each value that is known. */
  readonly buckets = new Uint16Array(MEASURES.length)

  /** All that the call tells. */
  read(call: CallRecord): this {
    this.total = 1
    this.errors = hasFailed(call) ? 1 : 0
    this.inputTokens = call.inputTokens
    this.outputTokens = call.outputTokens
    for (let measure = 0; measure < MEASURES.length; measure++) this.#set(measure, valueOf(call, measure))
    return this
  }

  /** What `before`, which was counted, lacks of `after`. Tokens that were counted are never taken back. */
  readDifference(before: CallRecord, after: CallRecord): this {
    this.total = 0
    this.errors = (hasFailed(after) ? 1 : 0) - (hasFailed(before) ? 1 : 0)
    this.inputTokens = surplus(before.inputTokens, after.inputTokens)
    this.outputTokens = surplus(before.outputTokens, after.outputTokens)
    for (let measure = 0; measure < MEASURES.length; measure++) {
      this.#set(measure, isMeasured(valueOf(before, measure)) ? undefined : valueOf(after, measure))
    }
    return this
  }

  #set(measure: number, value: number | undefined): void {
    const known = isMeasured(value)
    this.values[measure] = known ? Math.min(value, LARGEST) : NaN
    if (known) this.buckets[measure] = toBucket(value)
  }
}

/** Latency is that of calls that succeeded. */
function valueOf(call: CallRecord, measure: number): number | undefined {
  switch (MEASURES[measure]) {
    case 'latency':
      return call.state === 'ok' ? call.duration : undefined
    case 'timeToFirstToken':
      return call.timeToFirstToken
    default:
      return call.tokensPerSecond
  }
}

/** A call without an end counts as failed; a cancelled one does not. */
function hasFailed({ state }: CallRecord): boolean {
  return state === 'error' || state === 'stale'
}

function surplus(before: number | undefined, after: number | undefined): number | undefined {
  if (after === undefined || before === undefined) return after
  return after > before ? after - before : undefined
}

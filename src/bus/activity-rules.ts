import type { ActivityOptions } from './activity-options.js'
import type { KindHistory } from './kind-history.js'
import type { Halt } from './protocol.js'
import { Pulse } from './pulse.js'
import type { WorkSpan } from './work-span.js'

/** `stale` is no activity: what is stale has ended. */
export type Verdict = 'working' | Halt | 'stale'

/** Judges work in flight by its signs of life. Times are monotonic milliseconds. */
export class ActivityRules {
  readonly #options: ActivityOptions
  readonly #burst: number

  constructor(options: ActivityOptions) {
    this.#options = options
    // Far below the least gap that could matter, so that taking signs together changes no verdict.
    this.#burst = options.stalledAfter / options.stalledFactor / 4
  }

  /** The pulse of work that is told of at `now`. */
  createPulse(span: WorkSpan, now: number, history: KindHistory): Pulse {
    return new Pulse(span.begin, now, history, this.#burst)
  }

  judge(pulse: Pulse, now: number): Verdict {
    const { stalledAfter, stalledFactor, stuckAfter, staleAfter } = this.#options
    if (pulse.unheard(now) >= staleAfter) return 'stale'
    const silence = pulse.silence(now)
    if (this.isOverdue(pulse, now)) return 'stuck'
    if (silence >= stuckAfter && pulse.usuallyLongest(now) === undefined) return 'stuck'
    const isStalled = silence >= stalledAfter && silence >= stalledFactor * (pulse.usualGap ?? 0)
    return isStalled ? 'stalled' : 'working'
  }

  /** Whether it runs far longer than its kind does, however lively it is. */
  isOverdue(pulse: Pulse, now: number): boolean {
    const { stuckAfter, stuckFactor } = this.#options
    const age = now - pulse.startedAt
    if (age < stuckAfter) return false
    const longest = pulse.usuallyLongest(now)
    return longest !== undefined && age >= stuckFactor * longest
  }
}

/** What is wrong with work that is in flight. */
export function toHalt(verdict: Verdict): Halt | undefined {
  return verdict === 'stalled' || verdict === 'stuck' ? verdict : undefined
}

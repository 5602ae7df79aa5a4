import type { RequestRecord } from '../../bus/protocol.js'

/** A request that runs longer is slow. Milliseconds. */
const SLOW_AFTER = 30_000
/** A request that runs longer needs a look. Milliseconds. */
const OVERDUE_AFTER = 60_000

export type Tone = '' | 'warn' | 'error'

/** The colour of a request's duration. */
export function toDurationTone(duration: number): Tone {
  return duration > OVERDUE_AFTER ? 'error' : duration > SLOW_AFTER ? 'warn' : ''
}

/** Whether a request is slow, stalled or stuck. */
export function isSlow(request: RequestRecord, duration: number): boolean {
  return duration > SLOW_AFTER || request.activity === 'stalled' || request.activity === 'stuck'
}

/** How much of the live state is kept. Every bound holds at all times. */
export interface Limits {
  /** Log lines. Default 1,000. */
  logLines: number
  /** Requests that ended. Default 200. */
  finishedRequests: number
  /** Calls that ended. Default 200. */
  finishedCalls: number
  /** Requests in flight, and calls in flight; the oldest beyond it ends as stale. Default 5,000. */
  active: number
  /** Points of the series, one each 3 s. Default 200: 10 minutes. */
  seriesPoints: number
  /** Channels; further ones are ignored. Default 200. */
  channels: number
  /** Sessions remembered for the activeSessions gauge. Default 10,000. */
  sessions: number
  /** Counters, and gauges, told apart by name; further ones are ignored. Default 200. */
  names: number
}

export const DEFAULT_LIMITS: Limits = {
  logLines: 1000,
  finishedRequests: 200,
  finishedCalls: 200,
  active: 5000,
  seriesPoints: 200,
  channels: 200,
  sessions: 10_000,
  names: 200,
}

/** The defaults with `limits` over them. Throws a RangeError that names a bound which is no whole number from 1. */
export function toLimits(limits: Partial<Limits> = {}): Limits {
  const merged = { ...DEFAULT_LIMITS, ...limits }
  for (const [name, value] of Object.entries(merged)) {
    if (!(name in DEFAULT_LIMITS)) {
      throw new RangeError(`Unknown limit "${name}"; accepted are ${Object.keys(DEFAULT_LIMITS).join(', ')}.`)
    }
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`The limit ${name} must be a whole number from 1, not ${String(value)}.`)
    }
  }
  return merged
}

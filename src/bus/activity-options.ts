/** When work in flight counts as stalled, stuck or stale. Times in milliseconds. */
export interface ActivityOptions {
  /** Stalled: no sign of life for this many times its usual gap … Default 3. */
  stalledFactor: number
  /** … and for at least this long. Default 10,000; Infinity for never. */
  stalledAfter: number
  /** Stuck: running for this many times the 99th percentile of its kind … Default 4. */
  stuckFactor: number
  /** … and for at least this long; while its kind is little known, no sign of life for this long. Default 60,000. */
  stuckAfter: number
  /** Stale, and taken as ended: no sign of life for this long. Default 600,000. */
  staleAfter: number
}

export const DEFAULT_ACTIVITY: ActivityOptions = {
  stalledFactor: 3,
  stalledAfter: 10_000,
  stuckFactor: 4,
  stuckAfter: 60_000,
  staleAfter: 600_000,
}

/** The defaults with `options` over them. Throws a RangeError that names an option which is no number from 1. */
export function toActivityOptions(options: Partial<ActivityOptions> = {}): ActivityOptions {
  const merged = { ...DEFAULT_ACTIVITY, ...options }
  for (const [name, value] of Object.entries(merged)) {
    if (!(name in DEFAULT_ACTIVITY)) {
      const names = Object.keys(DEFAULT_ACTIVITY).join(', ')
      throw new RangeError(`Unknown activity option "${name}"; accepted are ${names}.`)
    }
    if (typeof value !== 'number' || !(value >= 1)) {
      const what = name.endsWith('Factor') ? 'a number' : 'a number of milliseconds'
      throw new RangeError(`The activity option ${name} must be ${what} from 1, not ${String(value)}.`)
    }
  }
  return merged
}

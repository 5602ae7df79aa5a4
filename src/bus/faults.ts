import { toErrorText } from './plain.js'

export interface Faults {
  /** Faults so far, those not logged included. */
  readonly count: number
  /** Counts what `place` threw, and logs it the first time. Never throws. */
  report(place: string, error: unknown): void
}

/** Places remembered as logged; beyond it further ones are only counted. */
const PLACES_LIMIT = 256

/** Keeps the faults of callbacks and listeners away from the host. `log` gets one sentence for each faulty place. */
export function createFaults(log: (message: string) => void): Faults {
  const logged = new Set<string>()
  let count = 0
  return {
    get count() {
      return count
    },
    report(place, error) {
      count++
      if (logged.has(place) || logged.size >= PLACES_LIMIT) return
      logged.add(place)
      try {
        log(`${place} threw: ${toErrorText(error)} (logged once)`)
      } catch {
        // The log is the last resort; there is nowhere else to tell it.
      }
    },
  }
}

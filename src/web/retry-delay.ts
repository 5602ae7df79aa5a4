/** Longest pause between two tries while an outage is young. */
const YOUNG_CAP = 4000
/** Longest pause once it is old. */
const OLD_CAP = 30_000
/** An outage is young for this long. */
const YOUNG_OUTAGE = 120_000
/** Jitter never goes below this, so that a refused page cannot spin. */
const FLOOR = 200

/**
 * Milliseconds until the next try: full jitter under a cap that doubles from 500 ms to 4 s for the first two minutes
 * of an outage, 30 s after that.
 *
 * @param attempt tries that failed so far in this outage, from 0
 * @param outage milliseconds since the outage began
 * @param random a number in 0..1, exclusive
 */
export function retryDelay(attempt: number, outage: number, random: number): number {
  const cap = outage < YOUNG_OUTAGE ? Math.min(YOUNG_CAP, 500 * 2 ** Math.min(attempt, 10)) : OLD_CAP
  return Math.round(FLOOR + random * (cap - FLOOR))
}

/** Longest wait a server may ask for. */
const ASKED_CAP = 60_000

/** Milliseconds to wait when the server said goodbye: what it asked for, and up to a quarter more. */
export function askedDelay(retry: number, random: number): number {
  return Math.round(Math.min(retry, ASKED_CAP) * (1 + random / 4))
}

/*
 * A figure of the metrics is up to 3 s old. What the page saw happen since then brings it up to date, where both
 * count the same: a host may add to the counters, and may put a gauge of its own in the place of a built-in one.
 */

/** A counter with what the page has counted since. */
export function toLeadingCount(counter: number | undefined, since: number): number | undefined {
  return counter === undefined ? undefined : counter + since
}

/** A gauge, followed to `now` only if it was equal to what the page knew `then`: else it is a figure of the host's. */
export function toLeadingGauge(gauge: number | undefined, then: number, now: number): number | undefined {
  return gauge === then ? now : gauge
}

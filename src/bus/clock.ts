export type Cancel = () => void

/** Time and timers, injected so that the core runs anywhere and tests need no waiting. */
export interface Clock {
  /** Wall clock, epoch milliseconds. A label only: it may jump. */
  now(): number
  /** Milliseconds from an arbitrary start that never go back. Durations come from here. */
  monotonic(): number
  /** Calls back once. Must not keep the process alive. */
  setTimeout(callback: () => void, delay: number): Cancel
  /** Calls back repeatedly. Must not keep the process alive. */
  setInterval(callback: () => void, interval: number): Cancel
}

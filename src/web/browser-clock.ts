import type { Clock } from '../bus/clock.js'

/** The page's clock and timers. */
export const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback, delay) {
    const timer = setTimeout(callback, delay)
    return () => clearTimeout(timer)
  },
  setInterval(callback, interval) {
    const timer = setInterval(callback, interval)
    return () => clearInterval(timer)
  },
}

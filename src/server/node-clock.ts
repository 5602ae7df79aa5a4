import type { Clock } from '../bus/clock.js'

/** The process's own clock and timers; none of them keeps the process alive. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback, delay) {
    const timer = setTimeout(callback, delay).unref()
    return () => clearTimeout(timer)
  },
  setInterval(callback, interval) {
    const timer = setInterval(callback, interval).unref()
    return () => clearInterval(timer)
  },
}

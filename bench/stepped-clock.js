/**
 * A clock that stands still until it is advanced; timers run in the order in which they are due.
 * @returns the clock that the core takes, and `advance`
 */
export function createSteppedClock() {
  let time = 0
  const wallStart = Date.now()
  /** @type {Set<{ due: number, interval: number, callback: () => void }>} */
  const timers = new Set()
  /**
   * @param {() => void} callback
   * @param {number} delay
   * @param {number} interval 0: once
   */
  const add = (callback, delay, interval) => {
    const timer = { due: time + delay, interval, callback }
    timers.add(timer)
    return () => {
      timers.delete(timer)
    }
  }
  return {
    now: () => wallStart + time,
    monotonic: () => time,
    setTimeout: (/** @type {() => void} */ callback, /** @type {number} */ delay) => add(callback, delay, 0),
    setInterval: (/** @type {() => void} */ callback, /** @type {number} */ interval) =>
      add(callback, interval, interval),
    /** @param {number} milliseconds */
    advance(milliseconds) {
      const end = time + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)
        if (next === undefined) break
        time = next.due
        if (next.interval > 0) next.due += next.interval
        else timers.delete(next)
        next.callback()
      }
      time = end
    },
  }
}

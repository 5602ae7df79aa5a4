import type { Cancel, Clock } from '../../src/bus/clock.js'

interface Timer {
  due: number
  interval: number | undefined
  callback: () => void
}

/** A clock that moves only when a test says so. Timers run in the order in which they are due. */
export class FakeClock implements Clock {
  /** Epoch milliseconds; a test may make it jump without the monotonic time moving. */
  wall = Date.UTC(2026, 0, 1)
  #monotonic = 1000
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.wall
  }

  monotonic(): number {
    return this.#monotonic
  }

  setTimeout(callback: () => void, delay: number): Cancel {
    return this.#add({ due: this.#monotonic + delay, interval: undefined, callback })
  }

  setInterval(callback: () => void, interval: number): Cancel {
    return this.#add({ due: this.#monotonic + interval, interval, callback })
  }

  /** Timers that would still run. */
  get pending(): number {
    return this.#timers.size
  }

  advance(milliseconds: number): void {
    const end = this.#monotonic + milliseconds
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0]
      if (next === undefined) break
      this.#moveTo(next.due)
      if (next.interval === undefined) this.#timers.delete(next)
      else next.due += next.interval
      next.callback()
    }
    this.#moveTo(end)
  }

  /** Time passes, and no timer can run: each that was due runs once when it is over. */
  block(milliseconds: number): void {
    this.#moveTo(this.#monotonic + milliseconds)
    for (const timer of [...this.#timers].sort((a, b) => a.due - b.due)) {
      if (timer.due > this.#monotonic) continue
      if (timer.interval === undefined) this.#timers.delete(timer)
      else timer.due = this.#monotonic + timer.interval
      timer.callback()
    }
  }

  #moveTo(time: number): void {
    this.wall += time - this.#monotonic
    this.#monotonic = time
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
}

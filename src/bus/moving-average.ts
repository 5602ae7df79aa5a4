/** Share of the newest value. */
const WEIGHT = 0.1

/** An average in which the past fades; the mean of the first few values. */
export class MovingAverage {
  /** How many values it has taken. */
  count = 0
  #value = 0

  /** Undefined before the first value. */
  get value(): number | undefined {
    return this.count === 0 ? undefined : this.#value
  }

  add(value: number): void {
    this.count++
    this.#value += (value - this.#value) * Math.max(WEIGHT, 1 / this.count)
  }
}

/** The newest `capacity` values in the order they came. */
export class Ring<Value> {
  readonly capacity: number
  #values: Value[] = []
  #start = 0

  /** Throws a RangeError unless `capacity` is a whole number from 1. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`A ring's capacity must be a whole number from 1, not ${capacity}.`)
    }
    this.capacity = capacity
  }

  get size(): number {
    return this.#values.length
  }

  /** Adds `value`; when full, returns the oldest, which leaves. */
  push(value: Value): Value | undefined {
    if (this.#values.length < this.capacity) {
      this.#values.push(value)
      return undefined
    }
    const oldest = this.#values[this.#start]
    this.#values[this.#start] = value
    this.#start = (this.#start + 1) % this.capacity
    return oldest
  }

  /** The newest `limit` values, oldest first. Default: all. */
  toArray(limit: number = this.capacity): Value[] {
    const size = this.#values.length
    const count = Math.max(0, Math.min(limit, size))
    const result = new Array<Value>(count)
    for (let i = 0; i < count; i++) {
      result[i] = this.#values[(this.#start + size - count + i) % size]!
    }
    return result
  }
}

/** Something that can be added up and emptied. */
export interface Mergeable<Self> {
  merge(other: Self): void
  clear(): void
}

/** Parts of the span that move on one by one; the window's edge is true to one of them. */
export const SLOTS = 12

/**
 * What was recorded within the last `span` milliseconds, true to a twelfth of it: 12 slots are filled in turn, and
 * a slot is emptied when its time comes round again. Constant memory; times are monotonic milliseconds.
 */
export class RollingWindow<Value extends Mergeable<Value>> {
  readonly #width: number
  readonly #slots: ({ tick: number; value: Value } | undefined)[] = []
  readonly #create: () => Value

  constructor(span: number, create: () => Value) {
    this.#width = span / SLOTS
    this.#create = create
  }

  /** The value to record into at `time`. */
  at(time: number): Value {
    const tick = Math.floor(time / this.#width)
    const slot = (this.#slots[slotOf(tick)] ??= { tick, value: this.#create() })
    if (slot.tick !== tick) {
      slot.value.clear()
      slot.tick = tick
    }
    return slot.value
  }

  /** What was recorded into at `time`, if the window still holds it. */
  find(time: number): Value | undefined {
    const tick = Math.floor(time / this.#width)
    const slot = this.#slots[slotOf(tick)]
    return slot?.tick === tick ? slot.value : undefined
  }

  /** Adds all that the window holds at `time` to `into`. */
  mergeInto(into: Value, time: number): void {
    const tick = Math.floor(time / this.#width)
    for (const slot of this.#slots) {
      if (slot !== undefined && slot.tick > tick - SLOTS && slot.tick <= tick) into.merge(slot.value)
    }
  }
}

/** The slot of a tick; those of a clock that begins below 0 have one, too. */
export function slotOf(tick: number): number {
  return ((tick % SLOTS) + SLOTS) % SLOTS
}

/**
 * Seconds that a window of `span` milliseconds holds at `time`: eleven slots and what has passed of the twelfth, or
 * what has passed since `start` if that is less. At least 1, since nothing is said by less.
 */
export function toSeconds(span: number, time: number, start: number): number {
  const width = span / SLOTS
  const held = time - (Math.floor(time / width) - (SLOTS - 1)) * width
  return Math.max(1, Math.min(held, time - start) / 1000)
}

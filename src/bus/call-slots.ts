import type { CallAggregate } from './call-aggregate.js'
import { MEASURES, type CallSample } from './call-sample.js'
import { SLOTS, slotOf } from './rolling-window.js'
import { SketchGrid } from './sketch-grid.js'

/** Where a slot's numbers stand. From `SUMS` on: sum and largest value of each measure. */
const TICK = 0
const TOTAL = 1
const ERRORS = 2
const INPUT_TOKENS = 3
const OUTPUT_TOKENS = 4
const SUMS = 5
const FIELDS = SUMS + 2 * MEASURES.length

/** Bytes of the object itself and of its array beside the elements: an estimate, on the high side. */
const OVERHEAD = 400

/**
 * The calls of one model within one rolling window, as `RollingWindow` has it, in as little memory as possible: two
 * hundred models have three of these each. Times are monotonic milliseconds.
 */
export class CallSlots {
  readonly #width: number
  readonly #numbers = new Float64Array(SLOTS * FIELDS).fill(NaN)
  readonly #sketches: (SketchGrid | undefined)[] = MEASURES.map(() => undefined)

  constructor(span: number) {
    this.#width = span / SLOTS
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#sketches.reduce((sum, grid) => sum + (grid?.bytes ?? 0), this.#numbers.byteLength + OVERHEAD)
  }

  /** Counts a call that ended at `time`. */
  add(sample: CallSample, time: number): void {
    const tick = Math.floor(time / this.#width)
    const slot = slotOf(tick)
    if (this.#numbers[slot * FIELDS + TICK] !== tick) {
      this.#clear(slot)
      this.#numbers[slot * FIELDS + TICK] = tick
    }
    this.#put(sample, slot)
  }

  /** Corrects what was counted at `time`, if the window still holds it. */
  correct(sample: CallSample, time: number): void {
    const tick = Math.floor(time / this.#width)
    const slot = slotOf(tick)
    if (this.#numbers[slot * FIELDS + TICK] === tick) this.#put(sample, slot)
  }

  /** Adds all that the window holds at `time` to `into`. */
  mergeInto(into: CallAggregate, time: number): void {
    const numbers = this.#numbers
    const tick = Math.floor(time / this.#width)
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slot * FIELDS
      if (Number.isNaN(numbers[at + TICK]!)) continue
      if (numbers[at + TICK]! <= tick - SLOTS) {
        this.#clear(slot)
        continue
      }
      into.addCounts(
        numbers[at + TOTAL]!,
        numbers[at + ERRORS]!,
        toKnown(numbers[at + INPUT_TOKENS]!),
        toKnown(numbers[at + OUTPUT_TOKENS]!),
      )
      for (let measure = 0; measure < MEASURES.length; measure++) {
        const sums = at + SUMS + 2 * measure
        into.sketches[measure]!.addSum(numbers[sums]!, numbers[sums + 1]!)
      }
    }
    for (let measure = 0; measure < MEASURES.length; measure++) {
      this.#sketches[measure]?.mergeInto(into.sketches[measure]!)
    }
  }

  /** Empties a slot, whose time is over. */
  #clear(slot: number): void {
    const at = slot * FIELDS
    this.#numbers.fill(0, at, at + FIELDS)
    this.#numbers[at + TICK] = NaN
    this.#numbers[at + INPUT_TOKENS] = NaN
    this.#numbers[at + OUTPUT_TOKENS] = NaN
    for (const grid of this.#sketches) grid?.clear(slot)
  }

  #put(sample: CallSample, slot: number): void {
    const numbers = this.#numbers
    const at = slot * FIELDS
    numbers[at + TOTAL]! += sample.total
    numbers[at + ERRORS] = Math.max(0, numbers[at + ERRORS]! + sample.errors)
    this.#addTokens(at + INPUT_TOKENS, sample.inputTokens)
    this.#addTokens(at + OUTPUT_TOKENS, sample.outputTokens)
    for (let measure = 0; measure < MEASURES.length; measure++) {
      const value = sample.values[measure]!
      if (Number.isNaN(value)) continue
      const grid = (this.#sketches[measure] ??= new SketchGrid())
      grid.add(slot, sample.buckets[measure]!)
      const sums = at + SUMS + 2 * measure
      numbers[sums]! += value
      if (value > numbers[sums + 1]!) numbers[sums + 1] = value
    }
  }

  /** Nothing told and nothing told is unknown, not 0. */
  #addTokens(at: number, tokens: number | undefined): void {
    if (tokens !== undefined) this.#numbers[at] = (toKnown(this.#numbers[at]!) ?? 0) + tokens
  }
}

function toKnown(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}

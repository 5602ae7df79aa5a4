import { toBucket } from './buckets.js'
import { Histogram } from './histogram.js'
import { MovingAverage } from './moving-average.js'
import { NameTable } from './name-table.js'
import { slotOf, SLOTS } from './rolling-window.js'
import { SketchGrid } from './sketch-grid.js'

/** Kinds told apart; the rest shares one history. */
const KINDS_LIMIT = 200
/** Durations are remembered for an hour, true to a twelfth of it. Milliseconds. */
const SLOT_WIDTH = 300_000
/** Fewer durations than this say nothing about what is usual. */
const LEAST_DURATIONS = 20
/** Milliseconds for which a percentile is good. */
const PERCENTILE_AGE = 1000

/** What is usual for one kind of work: how long it takes, how long it is silent. Times are monotonic milliseconds. */
export class KindHistory {
  lastUsed = 0
  /** Of the waits until the first sign of life: to the first token, of a call that does not stream to its end. */
  readonly firstWait = new MovingAverage()
  /** Of the gaps between further signs of life. */
  readonly gap = new MovingAverage()
  readonly #ticks = new Float64Array(SLOTS).fill(NaN)
  #durations: SketchGrid | undefined
  #longest: number | undefined
  #longestAt = -Infinity

  /** Notes how long a piece of work took that succeeded at `time`. */
  addDuration(duration: number, time: number): void {
    const tick = Math.floor(time / SLOT_WIDTH)
    const slot = slotOf(tick)
    const durations = (this.#durations ??= new SketchGrid())
    if (this.#ticks[slot] !== tick) durations.clear(slot)
    this.#ticks[slot] = tick
    durations.add(slot, toBucket(duration))
  }

  /** The 99th percentile of the durations of the last hour; undefined while there are fewer than 20. */
  longest(time: number): number | undefined {
    if (time - this.#longestAt >= PERCENTILE_AGE) {
      this.#longestAt = time
      this.#longest = this.#percentile(time)
    }
    return this.#longest
  }

  #percentile(time: number): number | undefined {
    if (this.#durations === undefined) return undefined
    const tick = Math.floor(time / SLOT_WIDTH)
    this.#ticks.forEach((of, slot) => {
      if (of <= tick - SLOTS) this.#durations!.clear(slot)
    })
    scratch.clear()
    this.#durations.mergeInto(scratch)
    // The largest value is not kept here; the middle of its bucket is near enough.
    scratch.addSum(0, Infinity)
    return scratch.count < LEAST_DURATIONS ? undefined : scratch.quantile(0.99)
  }
}

/** For adding up, one at a time. */
const scratch = new Histogram()

/** The histories of the kinds seen lately: of requests by kind, of calls by provider and model. Bounded. */
export function createKindHistories(): NameTable<KindHistory> {
  return new NameTable({
    limit: KINDS_LIMIT,
    idleAfter: SLOTS * SLOT_WIDTH,
    create: () => new KindHistory(),
  })
}

/*
 * The buckets of every quantile sketch: the same everywhere, so that sketches merge exactly, those of other instances
 * too. The scheme is that of DDSketch (Masson, Rim and Lee, 2019).
 */

/** Each bucket's bounds are this factor apart, so that its middle is within 2 % of every value in it. */
const GAMMA = 1.02 / 0.98
const LOG_GAMMA = Math.log(GAMMA)
/** Values below are counted as this value: a hundredth of a millisecond or of a token per second. */
const SMALLEST = 0.01

/** Buckets are numbered from 0 to this. */
export const LAST_BUCKET = 700

/** Values above are counted as this value: 1.4 × 10^10, five months in milliseconds. */
export const LARGEST = SMALLEST * GAMMA ** LAST_BUCKET

const MIDDLES = Float64Array.from(
  { length: LAST_BUCKET + 1 },
  (_, bucket) => (SMALLEST * 2 * GAMMA ** bucket) / (GAMMA + 1),
)

/** Whether a sketch takes the value: a finite number from 0. */
export function isMeasured(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value < Infinity
}

/** The bucket of a finite number from 0. */
export function toBucket(value: number): number {
  return Math.min(LAST_BUCKET, Math.max(0, Math.ceil(Math.log(value / SMALLEST) / LOG_GAMMA)))
}

/** What stands for every value of the bucket. */
export function middleOf(bucket: number): number {
  return MIDDLES[bucket]!
}

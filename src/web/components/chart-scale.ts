/** Equal steps between the ground and the top of a chart. */
const DIVISIONS = 4

/** The lowest round figure, in milliseconds, that is not below `peak` and that `DIVISIONS` equal steps divide. */
export function toScaleTop(peak: number): number {
  const step = Math.max(peak, 40) / DIVISIONS
  const size = 10 ** Math.floor(Math.log10(step))
  const round = [1, 2, 2.5, 5, 10].find((factor) => factor * size >= step) ?? 10
  return round * size * DIVISIONS
}

/** Where the lines of a scale are, from the ground up to its top. */
export const toScaleSteps = (top: number): number[] =>
  Array.from({ length: DIVISIONS + 1 }, (_, step) => (top * step) / DIVISIONS)

/** What stands beside them, in one unit: `8 s` or `400 ms`, and `0` at the ground. */
export function toScaleLabels(steps: readonly number[]): string[] {
  const isLong = steps.at(-1)! >= 2000
  return steps.map((value) =>
    value === 0 ? '0' : isLong ? `${Math.round(value / 10) / 100} s` : `${value} ms`,
  )
}

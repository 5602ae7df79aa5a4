/** Equal steps between the ground and the top of a chart. */
export const DIVISIONS = 4

/** The lowest round figure, in milliseconds, that is not below `peak` and that `DIVISIONS` equal steps divide. */
export function toScaleTop(peak: number): number {
  const step = Math.max(peak, 40) / DIVISIONS
  const size = 10 ** Math.floor(Math.log10(step))
  const round = [1, 2, 2.5, 5, 10].find((factor) => factor * size >= step) ?? 10
  return round * size * DIVISIONS
}

/** What stands beside the lines, from the top down: `8 s` or `400 ms`, and `0` at the ground. */
export function toScaleLabels(top: number): string[] {
  return Array.from({ length: DIVISIONS + 1 }, (_, index) => {
    const value = (top * (DIVISIONS - index)) / DIVISIONS
    if (value === 0) return '0'
    return top >= 2000 ? `${Math.round(value / 10) / 100} s` : `${value} ms`
  })
}

/** Anything below is next to nothing. */
const SMALLEST = 1e-9

/**
 * `value`, a finite number from 0, rounded to so many significant digits, which keeps it short on the wire: the result
 * prints without a tail of noise. What is below 10^-9 becomes 0.
 */
export function toDigits(value: number, digits: number): number {
  if (value < SMALLEST) return 0
  const power = Math.floor(Math.log10(value)) - digits + 1
  // Dividing by a whole power of ten is exact to the last bit, multiplying by its fraction is not.
  return power >= 0
    ? Math.round(value / 10 ** power) * 10 ** power
    : Math.round(value * 10 ** -power) / 10 ** -power
}

/**
 * `value` rounded to so many significant digits, which keeps it short on the wire. Not negative, finite; the result
 * prints without a tail of noise.
 */
export function toDigits(value: number, digits: number): number {
  if (value === 0) return 0
  const power = Math.floor(Math.log10(value)) - digits + 1
  // Dividing by a whole power of ten is exact to the last bit, multiplying by its fraction is not.
  return power >= 0
    ? Math.round(value / 10 ** power) * 10 ** power
    : Math.round(value * 10 ** -power) / 10 ** -power
}

export interface LinePlace {
  /** Slots of the time axis; the last value stands in the last one. */
  slots: number
  width: number
  height: number
  /** Room above the highest and below the lowest value. */
  inset: number
  /** The value at the top; zero is at the bottom. */
  max: number
  /** Whether each stretch is closed down to the ground, for filling. Default false. */
  closed?: boolean
}

/** An SVG path through `values`, broken where they are unknown. Empty when none is known. */
export function toLinePath(values: readonly (number | null)[], place: LinePlace): string {
  const { slots, width, height, inset, max, closed = false } = place
  const shown = values.slice(-slots)
  const step = width / Math.max(1, slots - 1)
  const start = width - (shown.length - 1) * step
  const toX = (index: number) => (start + index * step).toFixed(1)
  const toY = (value: number) => (height - inset - (value / max) * (height - 2 * inset)).toFixed(1)
  let path = ''
  let first = -1
  shown.forEach((value, index) => {
    if (value === null) return
    if (first < 0) first = index
    path += `${index === first ? 'M' : 'L'}${toX(index)} ${toY(value)}`
    if (index < shown.length - 1 && shown[index + 1] !== null) return
    // A lone point would be invisible without some length.
    if (index === first) path += 'h0.5'
    if (closed) path += `V${height}H${toX(first)}Z`
    first = -1
  })
  return path
}

/** From 1973 to 5138: seconds and nanoseconds of our time lie outside, and are refused rather than misread. */
const EARLIEST = 1e11
const LATEST = 1e14

/** ISO 8601 with its zone, as Date, `date -Is`, Python and databases write it. */
const WRITTEN = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(?:Z|([+-]\d\d)(?::?(\d\d))?)$/i

/** Whether `value` tells a time: epoch milliseconds, or a text with date, time of day and zone. */
export function isTime(value: unknown): value is number | string {
  const time = typeof value === 'string' ? fromText(value) : value
  return typeof time === 'number' && time >= EARLIEST && time < LATEST
}

/** Epoch milliseconds of what `isTime` accepts; undefined when there is none. */
export function toMilliseconds(time: number | string | null | undefined): number | undefined {
  if (time === null || time === undefined) return undefined
  return Math.round(typeof time === 'string' ? fromText(time) : time)
}

function fromText(text: string): number {
  const match = WRITTEN.exec(text)
  if (match === null) return NaN
  const [, date, time, hours, minutes = '00'] = match
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`
  return Date.parse(`${date}T${time!.replace(',', '.')}${zone}`)
}

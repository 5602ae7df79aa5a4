const UNKNOWN = 'unknown'
/** What makes a version of a name, unlike `-mini`: a date, a number of some digits, a tag. */
const VERSION = /^(?:[-@](?:\d{3}|latest|preview)|:)/

/**
 * Whether two spans may be about one model. One reports `gpt-4o`, another the version that answered,
 * `gpt-4o-2024-08-06`, a third puts the provider before it; who names none contradicts nobody.
 */
export function areSameModel(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.some((other) => isSame(one, other)))
}

function isSame(one: string, other: string): boolean {
  if (one === UNKNOWN || other === UNKNOWN) return true
  const [short, long] = [toBareName(one), toBareName(other)].sort((a, b) => a.length - b.length)
  const rest = long!.slice(short!.length)
  return long!.startsWith(short!) && (rest === '' || VERSION.test(rest))
}

function toBareName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase()
}

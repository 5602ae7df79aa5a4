const UNKNOWN = 'unknown'

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
  return long!.startsWith(short!) && (long!.length === short!.length || /[-@:]/.test(long![short!.length]!))
}

function toBareName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase()
}

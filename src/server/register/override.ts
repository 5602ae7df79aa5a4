import type { Cancel } from '../../bus/clock.js'

/**
 * Stands in front of a method: `proceed` calls the method as it was called, or on another object, and its result is
 * the caller's unless another is returned.
 */
type Around = (
  proceed: (self?: object) => unknown,
  args: readonly unknown[],
  self: object | undefined,
) => unknown

/**
 * Has `around` called in place of a method of a foreign object. To the caller nothing tells the two apart but the
 * method's identity. The returned function takes it back, unless somebody has put theirs over it.
 */
export function override(target: object, key: PropertyKey, around: Around): Cancel {
  const owner = target as Record<PropertyKey, unknown>
  const before = Object.getOwnPropertyDescriptor(target, key)
  const original = owner[key]
  if (typeof original !== 'function') return () => undefined
  const value = function (this: object | undefined, ...args: unknown[]): unknown {
    return around((self = this) => Reflect.apply(original, self, args) as unknown, args, this)
  }
  for (const name of ['name', 'length'] as const) {
    Object.defineProperty(value, name, { value: original[name], configurable: true })
  }
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: before?.enumerable ?? false,
    writable: true,
    value,
  })
  return () => {
    if (owner[key] !== value) return
    if (before === undefined) delete owner[key]
    else Object.defineProperty(target, key, before)
  }
}

import type { Cancel } from '../../bus/clock.js'

type Method = (this: unknown, ...args: never[]) => unknown

/**
 * Puts a method in front of one of a foreign object: `wrap` gets the method as it was. An own property that
 * enumerations don't show, as methods of a prototype. The returned function takes it back, unless somebody has put
 * theirs over it.
 */
export function override<Target extends object, Key extends keyof Target>(
  target: Target,
  key: Key,
  wrap: (original: Target[Key] & Method) => Target[Key],
): Cancel {
  const before = Object.getOwnPropertyDescriptor(target, key)
  const original = target[key] as Target[Key] & Method
  if (typeof original !== 'function') return () => undefined
  const value = wrap(original)
  Object.defineProperty(value, 'name', { value: original.name, configurable: true })
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: before?.enumerable ?? false,
    writable: true,
    value,
  })
  return () => {
    if (target[key] !== value) return
    if (before === undefined) delete target[key]
    else Object.defineProperty(target, key, before)
  }
}

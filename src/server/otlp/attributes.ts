import type { AttributeValue, Attributes } from './telemetry.js'

/** The first of these attributes that holds text; a list counts as its first item. */
export function textOf(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = toScalarText(attributes.get(name))
    if (text !== undefined) return text
  }
  return undefined
}

/** The first of these attributes that holds a finite number, or the text of one. */
export function numberOf(attributes: Attributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const number = toNumber(attributes.get(name))
    if (number !== undefined) return number
  }
  return undefined
}

/** The first of these attributes that is true or false, or the text of it. */
export function flagOf(attributes: Attributes, names: readonly string[]): boolean | undefined {
  for (const name of names) {
    const value = attributes.get(name)
    const text = typeof value === 'string' ? value.toLowerCase() : value
    if (text === true || text === 'true') return true
    if (text === false || text === 'false') return false
  }
  return undefined
}

/** A member of the object that an attribute holds as JSON text; undefined when it is no such text. */
export function jsonMemberOf(attributes: Attributes, name: string, member: string): unknown {
  const text = attributes.get(name)
  // Without its name in it, the text need not be parsed.
  if (typeof text !== 'string' || !text.includes(`"${member}"`)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, member)
    return isObject ? (value as Record<string, unknown>)[member] : undefined
  } catch {
    return undefined
  }
}

/** What can be shown of a value as JSON. */
export function toPlainValue(value: AttributeValue): unknown {
  if (Array.isArray(value)) return value.map(toPlainValue)
  // Every member is an own property, also one that is called __proto__.
  if (typeof value !== 'object') return value
  return Object.fromEntries([...value].map(([name, each]) => [name, toPlainValue(each)]))
}

function toScalarText(value: AttributeValue | undefined): string | undefined {
  if (Array.isArray(value)) return toScalarText(value[0])
  if (value === undefined || value === '' || typeof value === 'object') return undefined
  return String(value)
}

function toNumber(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'string' && value.trim() !== '') value = Number(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export type Scalar = string | number | boolean | null

/**
 * What is wanted of a JSON value: its members or elements, the value itself if it is a single one, or how much text it
 * holds. Everything else is passed over. `target` is what the handlers fill in.
 */
export interface Shape<Target> {
  readonly members?: readonly Member<Target>[]
  readonly items?: Shape<Target>
  /** Its strings are weighed but never kept, those of nested values too. */
  readonly isText?: boolean
  /** The value begins. */
  begin?(target: Target): void
  /** It is this; a string is cut off at 1,000 bytes. A bare word that JSON does not know comes as a string. */
  value?(target: Target, value: Scalar): void
  /** The object or array is complete. */
  end?(target: Target): void
}

export interface Member<Target> {
  readonly key: Uint8Array
  readonly shape: Shape<Target>
}

export const TEXT: Shape<unknown> = { isText: true }

export function object<Target>(members: Record<string, Shape<Target>>): Shape<Target> {
  return { members: Object.entries(members).map(([key, shape]) => ({ key: Buffer.from(key), shape })) }
}

export function list<Target>(items: Shape<Target>): Shape<Target> {
  return { items }
}

export function value<Target>(take: (target: Target, value: Scalar) => void): Shape<Target> {
  return { value: take }
}

/** Takes strings that are not empty. */
export function name<Target>(take: (target: Target, name: string) => void): Shape<Target> {
  return value((target, given) => {
    if (typeof given === 'string' && given !== '') take(target, given)
  })
}

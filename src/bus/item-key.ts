/** One string for an id and the process that it comes from; unequal for unequal pairs. */
export type ToKey = (id: string, instance: string | undefined) => string

/** Keys of items: that of the own instance is its id as it is, which costs nothing. */
export function createToKey(ownInstance: string): ToKey {
  return (id, instance) => {
    if (instance !== undefined && instance !== ownInstance) return `\0${instance.length} ${instance}${id}`
    // An own id must not pass for the key of another instance's.
    return id.charCodeAt(0) === 0 ? `\0${id}` : id
  }
}

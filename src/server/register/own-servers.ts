const own = new WeakSet<object>()

/** The requests of this server are the dashboard's own. */
export function markOwnServer(server: object): void {
  own.add(server)
}

export function isOwnServer(server: object): boolean {
  return own.has(server)
}

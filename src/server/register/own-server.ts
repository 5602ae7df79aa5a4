let own: object | undefined

/** The requests of this server are the dashboard's own; there is one in a process. */
export function setOwnServer(server: object): void {
  own = server
}

export function isOwnServer(server: object): boolean {
  return server === own
}

import net from 'node:net'

/** Asks for the feed on a bare socket, which nobody reads until someone does: what the peer of a proxy may be. */
export function openRawStream(url: string): net.Socket {
  const { hostname, port, pathname, search } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`)
  return socket
}

import http from 'node:http'
import type { FastifyServerFactory } from 'fastify'

/** The streams that a server has, seen from below it. */
export interface StreamCount {
  /** Open now. */
  open: number
  /** The headers and addresses of all that were asked for, in order. */
  asked: { url: URL; headers: http.IncomingHttpHeaders }[]
  /** Answers these instead of the feed while it is set. */
  status: number | undefined
  /** Whether a request may have the feed. */
  allows: (request: http.IncomingMessage) => boolean
  /** Ends every stream as a broken line does. */
  cut: () => void
  /** Holds back what the server writes, connections open, until the returned function is called. */
  hush: () => () => void
}

/** Makes a server whose streams are counted, and can be disturbed. */
export function countStreams(): { count: StreamCount; serverFactory: FastifyServerFactory } {
  const streams = new Set<http.ServerResponse>()
  const sockets = () => [...streams].flatMap(({ socket }) => socket ?? [])
  const count: StreamCount = {
    open: 0,
    asked: [],
    status: undefined,
    allows: () => true,
    cut: () => streams.forEach((response) => response.destroy()),
    hush() {
      const hushed = sockets()
      for (const socket of hushed) socket.cork()
      return () => hushed.forEach((socket) => socket.uncork())
    },
  }
  return {
    count,
    serverFactory: (handler) =>
      http.createServer((request, response) => {
        const url = new URL(request.url ?? '/', 'http://host')
        if (!url.pathname.endsWith('/events')) return handler(request, response)
        const status = count.status ?? (count.allows(request) ? undefined : 401)
        if (request.method === 'GET') count.asked.push({ url, headers: request.headers })
        if (status !== undefined) return response.writeHead(status).end()
        if (request.method === 'GET') {
          count.open++
          streams.add(response)
          response.on('close', () => {
            count.open--
            streams.delete(response)
          })
        }
        handler(request, response)
      }),
  }
}

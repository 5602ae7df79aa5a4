import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const PAGES: Readonly<Record<string, string>> = {
  '/': 'dashboard.html',
  '/chat': 'chat.html',
  '/sessions': 'sessions.html',
  '/usage': 'usage.html',
  '/settings': 'settings.html',
}

const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** Whether a path is one of the admin's pages or their files. */
export function isPage(path: string): boolean {
  return path in PAGES || path.startsWith('/assets/')
}

/** Serves the admin's pages as they stand in the source folder: no build, nothing inline. */
export function registerPages(app: FastifyInstance): void {
  void app.register(async (scope) => {
    const root = findPages()
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    })
    await scope.register(fastifyStatic, {
      root,
      prefix: '/assets/',
      index: false,
      cacheControl: false,
      // Another plugin of the app may have brought it already.
      decorateReply: !scope.hasReplyDecorator('sendFile'),
    })
    for (const [path, file] of Object.entries(PAGES)) {
      scope.get(path, { logLevel: 'warn' }, (_request, reply) =>
        reply.header('cache-control', 'no-cache').sendFile(file, root),
      )
    }
  })
}

/** The folder lies beside this file in the source, and two levels up from the build. */
function findPages(): string {
  const places = ['./pages/', '../../examples/gateway/pages/']
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = folders.find((folder) => existsSync(folder))
  if (!found) throw new Error(`the admin's pages are missing; looked in ${folders.join(' and ')}`)
  return found
}

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { OpsError } from '../errors.js'
import { readOnly } from './read-only.js'

/** The built page: `dist/page`, from the compiled file as from the source. */
const PAGE = ['../../page', '../../../dist/page']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(`${path}/index.html`))

const IMMUTABLE = 'public, max-age=31536000, immutable'
/** One file of a folder: no slash, no leading dot, no two dots in a row. */
const FILE_NAME = /^[\w-]+(\.[\w-]+)+$/

const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
} as const

/** The dashboard page and the elements for other pages, as built files. */
export async function pageRoutes(scope: FastifyInstance): Promise<void> {
  await scope.register(fastifyStatic, {
    root: PAGE ?? fileURLToPath(new URL('.', import.meta.url)),
    serve: false,
    cacheControl: false,
  })

  readOnly(scope, '/', (request, reply) => {
    requirePage()
    const folder = toFolder(request.originalUrl)
    if (folder !== undefined) return reply.redirect(folder, 308)
    return reply.headers(PAGE_HEADERS).sendFile('index.html')
  })
  readOnly(scope, '/assets/*', (request, reply) => {
    const file = requireFile(request, 'assets')
    return reply.headers({ 'cache-control': IMMUTABLE, 'x-content-type-options': 'nosniff' }).sendFile(file)
  })
  // Code without data: any page of any origin may load it. Other pages know the scripts by name, so these are asked for
  // anew; the chunks that they load change their names with their content.
  for (const [folder, caching] of [
    ['embed/v1', PAGE_HEADERS['cache-control']],
    ['embed/v1/chunks', IMMUTABLE],
  ] as const) {
    readOnly(scope, `/${folder}/*`, (request, reply) => {
      const file = requireFile(request, folder)
      return reply
        .headers({
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
          'x-content-type-options': 'nosniff',
          'cache-control': caching,
        })
        .sendFile(file)
    })
  }
}

/**
 * Where to send a visitor who left out the slash at the end: the page's addresses are relative to its folder, and
 * would point one folder up. Relative itself, for nobody here knows what stands in front of the host.
 */
function toFolder(url: string): string | undefined {
  const [, path, query] = /^(?:https?:\/\/[^/?]*)?([^?]*)(.*)$/i.exec(url)!
  if (path === '' || path!.endsWith('/')) return undefined
  return `./${path!.slice(path!.lastIndexOf('/') + 1)}/${query}`
}

/** The file asked for, directly in `folder` of the built page. Throws an OpsError with 404 for anything else. */
function requireFile(request: FastifyRequest, folder: string): string {
  requirePage()
  const name = (request.params as { '*': string })['*']
  const file = `${folder}/${name}`
  if (!FILE_NAME.test(name) || !existsSync(`${PAGE}/${file}`)) {
    throw new OpsError('OPS_NOT_FOUND', 404, `There is no file ${JSON.stringify(name)} in ${folder}.`)
  }
  return file
}

function requirePage(): void {
  if (PAGE === undefined) {
    throw new OpsError(
      'OPS_NOT_BUILT',
      404,
      'The page has not been built; run `npm run build` in the opswire folder.',
    )
  }
}

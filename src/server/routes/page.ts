import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { OpsError } from '../errors.js'
import { readOnly } from './read-only.js'

/** The built page: `dist/page`, from the compiled file as from the source. */
const PAGE = ['../../page', '../../../dist/page']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(`${path}/index.html`))

const YEAR = 31_536_000

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

  readOnly(scope, '/', async (_request, reply) => {
    requirePage()
    return reply.headers(PAGE_HEADERS).sendFile('index.html')
  })
  readOnly(scope, '/assets/:file', (request, reply) => {
    requirePage()
    return reply
      .headers({ 'cache-control': `public, max-age=${YEAR}, immutable`, 'x-content-type-options': 'nosniff' })
      .sendFile(`assets/${(request.params as { file: string }).file}`)
  })
  // Code without data: any page of any origin may load it.
  readOnly(scope, '/embed/v1/:file', (request, reply) => {
    requirePage()
    const { file } = request.params as { file: string }
    return reply
      .headers({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': file === 'ops.js' ? 'no-cache' : `public, max-age=${YEAR}, immutable`,
      })
      .sendFile(`embed/v1/${file}`)
  })
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

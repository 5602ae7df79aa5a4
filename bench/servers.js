/**
 * A server of the bench.
 * @typedef {object} Listed
 * @property {string} server its file in bench/servers
 * @property {string} label
 * @property {'opswire' | 'library' | 'loop' | 'nchan'} kind
 */

/** @type {Listed} */
export const OPSWIRE = { server: 'opswire', label: 'opswire', kind: 'opswire' }

/** @type {Listed} */
const CEILING = { server: 'shared-buffer', label: 'bare shared-buffer loop', kind: 'loop' }

/** @type {Listed} */
export const NCHAN = { server: 'nchan', label: 'nginx with nchan', kind: 'nchan' }

/** @type {Listed} */
const BETTER_SSE = { server: 'better-sse', label: 'better-sse', kind: 'library' }

/** All that do the same work, in the order of the tables. @type {Listed[]} */
export const SERVERS = [
  OPSWIRE,
  { server: 'fastify-sse-v2', label: 'fastify-sse-v2', kind: 'library' },
  { server: 'fastify-sse', label: '@fastify/sse', kind: 'library' },
  BETTER_SSE,
  { server: 'plain-loop', label: 'res.write per event', kind: 'loop' },
  CEILING,
  NCHAN,
]

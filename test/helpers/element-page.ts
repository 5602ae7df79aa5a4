import type { FastifyInstance } from 'fastify'

/** A page of somebody's own with these elements on it, for a host whose dashboard is at `/ops`. */
export const toElementPage = (elements: string): string =>
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">' +
  `<script type="module" src="/ops/embed/v1/ops.js"></script>${elements}`

/** Adds such a page at `/`. */
export const serveElements =
  (elements: string) =>
  (app: FastifyInstance): void => {
    app.get('/', (_request, reply) => reply.type('text/html').send(toElementPage(elements)))
  }

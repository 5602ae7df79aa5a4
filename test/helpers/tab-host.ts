import type { Browser, BrowserContext } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { startHost, type Host } from './host.js'
import { countStreams, type StreamCount } from './stream-count.js'
import { Tab, TAB_PAGE } from './tabs.js'

/** A host whose streams are counted, and a browser of its own that has no tabs yet. */
export interface TabHost {
  host: Host
  count: StreamCount
  context: BrowserContext
  open: (path?: string) => Promise<Tab>
}

/** The host has the dashboard at `/ops/`, three elements at `/`, and more pages by path. */
export async function startTabHost(browser: Browser, pages: Record<string, string> = {}): Promise<TabHost> {
  const { count, serverFactory } = countStreams()
  const host = await startHost({
    fastify: { serverFactory, logger: false },
    routes: (app) => {
      const all = { '/': TAB_PAGE, '/elsewhere': '<title>elsewhere</title>', ...pages }
      for (const [path, text] of Object.entries(all)) {
        app.get(path, (_request, reply) => reply.type('text/html').send(text))
      }
    },
  })
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  return { host, count, context, open: (path = '/') => Tab.open(context, host.url + path) }
}

/** Writes a numbered line every so often until the returned function is called, which answers all of them. */
export function writeLines(host: Host, interval = 10): () => string[] {
  const written: string[] = []
  const timer = setInterval(() => {
    written.push(`line ${written.length}`)
    host.ops.log('info', 'app', written.at(-1)!)
  }, interval)
  onTestFinished(() => clearInterval(timer))
  return () => {
    clearInterval(timer)
    return written
  }
}

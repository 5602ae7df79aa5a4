import type { Browser, Locator, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { serveElements } from './element-page.js'
import { startHost, type Host } from './host.js'
import { openPage, type WatchedPage } from './watched-page.js'

/** A host with the dashboard at `/ops/`, and a page of its own at `/` with nothing but a log, open in a browser. */
export async function openLog(
  browser: Browser,
  { elements = '<ops-events src="/ops/events"></ops-events>', width = 1200 } = {},
): Promise<WatchedPage & { host: Host }> {
  const host = await startHost({ routes: serveElements(elements) })
  const watched = await openPage(browser, `${host.url}/`, { viewport: { width, height: 900 } })
  onTestFinished(() => watched.close())
  await watched.page.locator('ops-events[data-state=live]').waitFor()
  return { ...watched, host }
}

/** Rows of the log that have this text. */
export const line = (page: Page, text: string | RegExp): Locator =>
  page.locator('ops-events .body .row').filter({ hasText: text })

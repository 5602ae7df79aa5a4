import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { toElementPage } from './element-page.js'

/** What a script on the page can reach of an element's stream. */
interface FedElement extends HTMLElement {
  feed: { store?: PageStore }
}

interface PageStore {
  view: { log?: { rows: Iterable<{ message?: string; gap?: unknown }> } }
  connection: { status: string; retryAt?: number }
  silence?: number
  now: () => number
  apply: (name: string, data: unknown) => void
}

/** A page with three elements on one feed. */
export const TAB_PAGE = toElementPage(
  ['ops-connection', 'ops-counters', 'ops-events']
    .map((tag) => `<${tag} src="/ops/events"></${tag}>`)
    .join(''),
)

/** Whatever can run a script on a page. */
interface Scriptable {
  evaluate<Result>(script: () => Result): Promise<Result>
}

/** A tab of the browser, showing a page with elements on it. */
export class Tab<Shown extends Scriptable = Page> {
  readonly page: Shown

  constructor(page: Shown) {
    this.page = page
  }

  static async open(context: BrowserContext, url: string): Promise<Tab> {
    const page = await context.newPage()
    await page.goto(url)
    const tab = new Tab(page)
    await page.waitForFunction(() => {
      const element = document.querySelector<FedElement>('ops-connection, ops-dashboard')
      return element?.feed?.store !== undefined
    })
    return tab
  }

  /** The messages of the log, oldest first; a gap is told as such. */
  messages(): Promise<string[]> {
    return this.page.evaluate(() => {
      const { store } = document.querySelector<FedElement>('ops-connection, ops-dashboard')!.feed
      const rows = store?.view.log?.rows ?? []
      return [...rows].map((row) => row.message ?? 'a gap')
    })
  }

  status(): Promise<string> {
    return this.page.evaluate(() => {
      const { store } = document.querySelector<FedElement>('ops-connection, ops-dashboard')!.feed
      return store?.connection.status ?? 'no stream'
    })
  }

  /** How long ago a time of the server's clock was, as the tab sees it. */
  async age(time: number): Promise<number> {
    const now = await this.page.evaluate(() => {
      const { store } = document.querySelector<FedElement>('ops-connection, ops-dashboard')!.feed
      return store?.now() ?? NaN
    })
    return now - time
  }

  /** Notes from now on when events reach the tab, by the wall clock. */
  async noteEvents(): Promise<void> {
    await this.page.evaluate(() => {
      const store = document.querySelector<FedElement>('ops-connection, ops-dashboard')!.feed.store!
      const apply = store.apply.bind(store)
      const noted: { name: string; at: number }[] = []
      Object.assign(globalThis, { noted })
      store.apply = (name, data) => {
        noted.push({ name, at: performance.timeOrigin + performance.now() })
        apply(name, data)
      }
    })
  }

  events(): Promise<{ name: string; at: number }[]> {
    return this.page.evaluate(() => (globalThis as never as { noted: { name: string; at: number }[] }).noted)
  }
}

export const isLive = (tab: { status: () => Promise<string> }): Promise<void> =>
  expect.poll(() => tab.status(), { timeout: 10_000 }).toBe('live')

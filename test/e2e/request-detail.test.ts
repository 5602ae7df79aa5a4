import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { startHost, type Host } from '../helpers/host.js'
import { openPage, type WatchedPage } from '../helpers/watched-page.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

async function visit(host: Host, hash = ''): Promise<WatchedPage> {
  const watched = await openPage(browser, `${host.url}/ops/${hash}`)
  onTestFinished(() => watched.close())
  return watched
}

/** Three requests in flight: one streams, one has halted, one is young. */
function busy({ ops }: Host) {
  const first = ops.startRequest({ id: 'r_first', session: 'ann', channel: 'web', kind: 'message' })
  const call = first.startCall({ provider: 'openai', model: 'gpt-5', streaming: true })
  call.progress({ outputTokens: 3 })
  ops.log('warn', 'gateway', 'budget nearly used', {}, { requestId: first.id })
  ops.startRequest({ id: 'r_second', session: 'bob', channel: 'slack' })
  ops.startCall({ provider: 'anthropic', model: 'claude-opus' }).fail(new Error('429 slow down'))
  return { first, call }
}

const texts = (target: Locator): Promise<string[]> => target.allInnerTexts()
const sessions = (page: WatchedPage['page']): Promise<string[]> =>
  texts(page.locator('ops-requests tbody tr td:first-child'))

describe('a row of a request', () => {
  it('opens its story, which goes on live, stands in the address, and closes by Escape', async () => {
    const host = await startHost()
    const { first, call } = busy(host)
    const { page, problems } = await visit(host)
    await page.locator('ops-requests tbody tr', { hasText: 'ann' }).click()
    const drawer = page.locator('ops-request-detail')
    const story = drawer.locator('.story')
    await story.getByText('first token of openai gpt-5').waitFor()
    await story.getByText('[WARN] gateway: budget nearly used').waitFor()
    expect(await drawer.locator('dl').innerText()).toContain('ann')
    expect(page.url()).toContain('request=r_first')

    call.end({ inputTokens: 20, outputTokens: 64 })
    first.end()
    await story.getByText('64 tokens').waitFor()
    await story.locator('li').last().getByText('done').waitFor()
    expect(await drawer.locator('.bars rect').count()).toBeGreaterThan(0)

    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    expect(page.url()).not.toContain('request=')
    expect(problems).toEqual([])
  })

  it('opens by keyboard, and gets the focus back', async () => {
    const host = await startHost()
    busy(host)
    const { page } = await visit(host)
    const button = page.locator('ops-requests tbody button.open', { hasText: 'bob' })
    await button.focus()
    await page.keyboard.press('Enter')
    await expect
      .poll(() =>
        page.evaluate(() => {
          let active = document.activeElement
          while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
          return active?.className
        }),
      )
      .toBe('close')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => button.evaluate((el) => (el.getRootNode() as ShadowRoot).activeElement === el))
      .toBe(true)
  })

  it('is found again by its address, and said to be gone when it is', async () => {
    const host = await startHost()
    busy(host)
    const { page } = await visit(host, '#request=r_first&window=15m&requests.filter=ann')
    await page.locator('ops-request-detail .story').getByText('call to openai gpt-5').waitFor()
    expect(await page.locator('.windows [aria-pressed=true]').innerText()).toBe('15 min')
    expect(await sessions(page)).toEqual(['ann'])
    await page.evaluate(() => (location.hash = '#request=r_gone'))
    await page.locator('ops-request-detail').getByText('not among those that are held').waitFor()
    expect(await sessions(page)).toHaveLength(2)
  })

  it('shows its lines in the log, which the address keeps', async () => {
    const host = await startHost()
    busy(host)
    host.ops.log('info', 'gateway', 'of nobody')
    const { page } = await visit(host, '#request=r_first')
    const rows = page.locator('ops-events .row')
    await rows.filter({ hasText: 'of nobody' }).waitFor()
    await page.getByRole('button', { name: 'Show its lines' }).click()
    await expect.poll(() => rows.filter({ hasText: 'of nobody' }).count()).toBe(0)
    await rows.filter({ hasText: 'budget nearly used' }).waitFor()
    expect(page.url()).toContain('log.request=r_first')
    await page.reload()
    await rows.filter({ hasText: 'budget nearly used' }).waitFor()
    expect(await rows.filter({ hasText: 'of nobody' }).count()).toBe(0)
  })

  it('of a call opens the request that made it', async () => {
    const host = await startHost()
    busy(host)
    const { page } = await visit(host)
    await page.locator('ops-calls tbody tr', { hasText: 'gpt-5' }).click()
    await page.locator('ops-request-detail').getByText('r_first').waitFor()
  })
})

describe('a table', () => {
  it('sorts by what is clicked, the other way, and as before', async () => {
    const host = await startHost()
    busy(host)
    const { page } = await visit(host)
    const heading = page.locator('ops-requests th', { hasText: 'Session' })
    await page.locator('ops-requests tbody tr', { hasText: 'bob' }).waitFor()
    await heading.getByRole('button').click()
    await expect.poll(() => heading.getAttribute('aria-sort')).toBe('ascending')
    expect(await sessions(page)).toEqual(['ann', 'bob'])
    await heading.getByRole('button').click()
    await expect.poll(() => sessions(page)).toEqual(['bob', 'ann'])
    expect(page.url()).toContain('requests.sort=-session')
    await heading.getByRole('button').click()
    await expect.poll(() => heading.getAttribute('aria-sort')).toBe('none')
  })

  it('filters by provider, model, session, channel and state, and says when nothing matches', async () => {
    const host = await startHost()
    busy(host)
    const { page } = await visit(host)
    const requests = page.getByRole('searchbox', { name: 'Filter requests in flight' })
    for (const [text, kept] of [
      ['provider:openai', ['ann']],
      ['model:gpt', ['ann']],
      ['channel:slack', ['bob']],
      ['-session:ann', ['bob']],
      ['state:working', ['ann', 'bob']],
    ] as const) {
      await requests.fill(text)
      await expect.poll(() => sessions(page)).toEqual(kept)
    }
    await requests.fill('nobody')
    await page.locator('ops-requests').getByText('None of 2 requests matches the filter').waitFor()
    await requests.press('Escape')
    await expect.poll(() => sessions(page)).toHaveLength(2)
    await page.getByRole('searchbox', { name: 'Filter calls' }).fill('error')
    await expect.poll(() => page.locator('ops-calls tbody tr').count()).toBe(1)
    await page.locator('ops-calls tbody tr', { hasText: 'claude-opus' }).waitFor()
  })
})

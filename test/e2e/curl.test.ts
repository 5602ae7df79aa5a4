import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { launchChromium } from '../helpers/chromium.js'
import { toElementPage } from '../helpers/element-page.js'
import { startHost, type Host } from '../helpers/host.js'
import { hasProgram, runLine, type RunningLine } from '../helpers/shell-line.js'
import { openPage } from '../helpers/watched-page.js'

/*
 * What "copy as curl" puts into the clipboard is pasted into a shell and run. Where there is no jq, the tests that need
 * it are skipped and say so.
 */
const PROGRAMS = ['curl', 'jq']
const isRunnable = PROGRAMS.every(hasProgram)

/** Three programs are started for a line, on a machine that may be busy. */
const TIMEOUT = 10_000

let browser: Browser

vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** Text that would do harm in a shell, or end a string of jq. */
const EVIL = `it's "$(exit 7)" \`exit 7\` \\(1) \\ ;|& 日本`

async function open(
  elements: string,
  options: { token?: boolean } = {},
): Promise<{ host: Host; page: Page }> {
  const markup = elements.replace(/<([\w-]+)/g, '<$1 src="/ops/events"')
  const script = options.token ? `<script type="module" src="/token.js"></script>` : `<!-- no token -->`
  const host = await startHost({
    routes: (app) => {
      app.get('/', (_request, reply) => reply.type('text/html').send(toElementPage(script + markup)))
      app.get('/token.js', (_request, reply) =>
        reply
          .type('text/javascript')
          .send(`for (const e of document.querySelectorAll('[src]')) e.getToken = () => 'secret'`),
      )
    },
  })
  const { page, close } = await openPage(browser, host.url, {
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  onTestFinished(close)
  return { host, page }
}

/** What is in the clipboard after a press of the panel's button. */
async function copied(page: Page, element: string): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(''))
  await page.locator(element).getByRole('button', { name: /curl/ }).click()
  const read = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(read, { timeout: TIMEOUT }).toMatch(/^curl /)
  return read()
}

/** What a line prints, each read as JSON by `pick`, once there is something; a line that fails is told with its errors. */
async function prints<Value>(run: RunningLine, pick: (item: never) => Value): Promise<() => Value[]> {
  await expect.poll(() => run.printed.length + (run.code() ?? 0), { timeout: TIMEOUT }).toBeGreaterThan(0)
  expect(run.errors()).toBe('')
  return () => run.printed.map((text) => pick(JSON.parse(text) as never))
}

const message = (line: { message: string }): string => line.message
const model = (call: { model: string }): string => call.model

describe.skipIf(!isRunnable)(`"copy as curl", run with ${PROGRAMS.join(' and ')}, prints`, () => {
  it('the lines that a filter shows: level and source by the address, text and expressions by jq, then those that come', async () => {
    const { host, page } = await open('<ops-events level="warn" source="queue" filter="depth=1">')
    host.ops.log('info', 'queue', 'no level', { depth: 12 })
    host.ops.log('warn', 'other', 'no source', { depth: 12 })
    host.ops.log('warn', 'queue', 'no text', { depth: 2 })
    host.ops.log('error', 'queue', 'shown', { depth: 12, what: 'two words' })
    const row = page.locator('ops-events .body .row')
    await row.filter({ hasText: 'shown' }).waitFor()
    expect(await row.count()).toBe(1)
    const line = await copied(page, 'ops-events')
    expect(line).toContain(`${host.url}/ops/events?topics=log&level=warn&source=queue&format=ndjson'`)
    const shown = await prints(runLine(line), message)

    expect(shown()).toEqual(['shown'])
    host.ops.log('warn', 'queue', 'not this', { depth: 3 })
    host.ops.log('fatal', 'queue', 'and that', { depth: 1 })
    await expect.poll(shown, { timeout: TIMEOUT }).toEqual(['shown', 'and that'])

    const events = page.locator('ops-events')
    const set = (level: string, filter: string, request = '') =>
      events.evaluate((element, values) => Object.assign(element, values), {
        level,
        filter,
        request,
        source: '',
      })
    await set('info,error', String.raw`/what="two\s\w+"$|NO LEVEL/i`)
    await expect.poll(() => row.count(), { timeout: TIMEOUT }).toBe(2)

    const holes = await prints(runLine(await copied(page, 'ops-events')), message)

    await expect.poll(holes, { timeout: TIMEOUT }).toEqual(['no level', 'shown'])

    host.ops.log('info', 'app', EVIL, {}, { requestId: `r'1"` })
    host.ops.log('info', 'app', 'of another request', {}, { requestId: 'r2' })
    await set('', EVIL, `r'1"`)
    await row.filter({ hasText: '日本' }).waitFor()

    const evil = await prints(runLine(await copied(page, 'ops-events')), message)
    expect(evil()).toEqual([EVIL])
  })

  it('the calls and requests that a filter shows, also by what only a call of theirs tells', async () => {
    const { host, page } = await open('<ops-calls></ops-calls><ops-requests></ops-requests>')
    const ann = host.ops.startRequest({ id: 'r_ann', session: 'Ann', channel: 'web', kind: 'message' })
    ann.startCall({ provider: 'openai', model: 'gpt-5', streaming: true })
    const bob = host.ops.startRequest({ id: 'r_bob', session: 'bob', channel: 'slack' })
    bob
      .startCall({ provider: 'Örtlich', model: 'llama3:8b' })
      .fail(Object.assign(new Error('too many'), { status: 429 }))
    host.ops.startRequest({ id: 'r_done', session: 'ann' }).end()
    host.ops.startCall({ provider: 'openai', model: 'gpt-5-mini' }).end()

    const shown = async (element: string, filter: string): Promise<string> => {
      await page.locator(element).evaluate((el, value) => Object.assign(el, { filter: value }), filter)
      return copied(page, element)
    }
    await page.locator('ops-calls tbody tr', { hasText: 'mini' }).waitFor()
    const all = await prints(runLine(await shown('ops-calls', '')), model)
    await expect.poll(() => all().sort(), { timeout: TIMEOUT }).toEqual(['gpt-5', 'gpt-5-mini', 'llama3:8b'])
    for (const [filter, models] of [
      ['provider:openai -model:mini', ['gpt-5']],
      ['örtlich llama3:8b', ['llama3:8b']],
      ['error:429', ['llama3:8b']],
      ['-state:active -state:error', ['gpt-5-mini']],
      ['session:ann', ['gpt-5']],
    ] as const) {
      const line = await shown('ops-calls', filter)
      await expect
        .poll(() => page.locator('ops-calls tbody tr').count(), { timeout: TIMEOUT })
        .toBe(models.length)
      expect((await prints(runLine(line), model))(), filter).toEqual(models)
      // A session by its whole name is looked for by the server, which knows it as it is written.
      expect(line.includes('session=Ann'), filter).toBe(filter === 'session:ann')
    }
    for (const [filter, ids] of [
      ['', ['r_ann', 'r_bob']],
      ['provider:openai', ['r_ann']],
      ['-model:gpt', ['r_bob']],
      ['session:bob', ['r_bob']],
    ] as const) {
      const run = runLine(await shown('ops-requests', filter))
      const requests = await prints(run, ({ id }: { id: string }) => id)
      await expect.poll(() => requests().sort(), { message: filter, timeout: TIMEOUT }).toEqual(ids)
    }
  })

  it('the figures of every other panel, and the whole story of a request', async () => {
    const { host, page } = await open(
      '<ops-counters></ops-counters><ops-models window="1m"></ops-models><ops-latency-chart></ops-latency-chart>' +
        '<ops-channels></ops-channels><ops-request-detail request="r_1"></ops-request-detail>',
    )
    const request = host.ops.startRequest({ id: 'r_1', session: 's' })
    request.startCall({ provider: 'openai', model: 'gpt-5' }).end({ inputTokens: 1 })
    host.ops.log('info', 'app', 'its line', {}, { requestId: 'r_1' })
    host.ops.startRequest({ id: 'r_2' })
    host.ops.setChannel('telegram', { state: 'connected' })
    await page.locator('ops-channels li', { hasText: 'telegram' }).waitFor()

    const read = async <Item>(element: string): Promise<() => Item[]> =>
      prints(runLine(await copied(page, element)), (item: Item) => item)
    expect((await read('ops-models'))()[0]).toMatchObject({ provider: 'openai', total: 1 })
    expect((await read('ops-counters'))()[0]).toMatchObject({
      counters: { calls: 1 },
      gauges: { activeRequests: 2 },
    })
    expect((await read('ops-latency-chart'))()[0]).toHaveProperty('latency.count', 1)
    expect((await read('ops-channels'))()).toMatchObject([{ name: 'telegram', state: 'connected' }])
    const story = await read<{ id?: string; requestId?: string }>('ops-request-detail')
    await expect.poll(story, { timeout: TIMEOUT }).toHaveLength(3)
    request.end()
    await expect.poll(story, { timeout: TIMEOUT }).toHaveLength(4)
    expect(story().map(({ id, requestId }) => requestId ?? id)).toEqual(Array(4).fill('r_1'))
  })

  it('what is to be sent with a token, which stands in the line by its name only', async () => {
    const { host, page } = await open('<ops-channels></ops-channels>', { token: true })
    host.ops.setChannel('telegram', { state: 'connected' })
    await page.locator('ops-channels li', { hasText: 'telegram' }).waitFor()
    const line = await copied(page, 'ops-channels')
    expect(line).toContain('-H "Authorization: Bearer $TOKEN"')
    expect(line).not.toContain('secret')
    const channels = await prints(runLine(line, { TOKEN: 'secret' }), ({ name }: { name: string }) => name)
    expect(channels()).toEqual(['telegram'])
  })
})

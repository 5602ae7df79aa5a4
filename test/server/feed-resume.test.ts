import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { AuditedClient } from '../helpers/audited-client.js'
import { faultsOf, startAuditedHost, untilServed } from '../helpers/audited-host.js'
import { openFeed } from '../helpers/feed-reader.js'
import type { Random } from '../helpers/random.js'
import { SESSIONS, SOURCES } from '../helpers/traffic.js'
import type { ViewFilter } from '../helpers/view-filter.js'

function randomFilter(random: Random): ViewFilter {
  const topics = (['metrics', 'log', 'request', 'call', 'channel'] as const).filter(() => random.chance(0.6))
  // What pages ask for, who share one compressed stream when they accept it.
  if (random.chance(0.25)) return {}
  return {
    ...(topics.length > 0 && random.chance(0.5) && { topics }),
    ...(random.chance(0.3) && { level: random.pick(['trace', 'debug', 'warn', 'error'] as const) }),
    ...(random.chance(0.2) && { source: SOURCES.filter(() => random.chance(0.5)).concat('gateway') }),
    ...(random.chance(0.3) && { session: [random.pick(SESSIONS), 'nobody'] }),
    ...(random.chance(0.3) && { history: random.pick([0, 1, 50, 1000]) }),
    ...(random.chance(0.5) && { batch: random.pick([0, 50, 250] as const) }),
  }
}

type Counts = AuditedClient['audit']['counts']
const sumOf = (clients: AuditedClient[], name: keyof Counts): number =>
  clients.reduce((total, { audit }) => total + audit.counts[name], 0)

describe('clients that come and go', () => {
  it('get every delta once and in order over 1,000 disconnects, with outages of up to 2 s not one gap', async () => {
    const { ops, ledger, traffic, random, hint, client } = await startAuditedHost({
      feed: { sessionsPerAddress: 1000 },
    })
    const clients = Array.from({ length: 40 }, () => client(randomFilter(random)))
    traffic.burst(500)
    traffic.start(500)
    const [from, startedAt] = [ledger.last, performance.now()]
    await Promise.all(
      clients.map(async ({ audit, visit }, index) => {
        for (let visits = 0; visits < 25; visits++) {
          const isKnown = audit.lastEventId !== undefined
          await visit({
            resumeBy: random.pick(['header', 'query']),
            gzip: random.chance(0.5),
            // Within the first events, or anywhere.
            bytes: isKnown ? random.int(0, random.chance(0.2) ? 1000 : 30_000) : 500_000,
            milliseconds: isKnown ? random.int(1, 250) : 300,
            reset: random.chance(0.3),
            ...(random.chance(0.2) && { pauseFor: random.int(1, 100) }),
          })
          const isLong = visits === 10 && index % 8 === 0
          await pause(isLong ? 2000 : random.chance(0.1) ? random.int(100, 500) : random.int(0, 40))
        }
      }),
    )
    const rate = (ledger.last - from) / ((performance.now() - startedAt) / 1000)
    traffic.stop()
    for (const { visit } of clients) void visit()
    await untilServed(clients)
    expect(faultsOf(clients), hint).toEqual([])
    expect(sumOf(clients, 'gaps'), hint).toBe(0)
    // The proof counts only if it was one: resumes, not fresh starts, and a feed that ran all the time.
    expect(sumOf(clients, 'resumed'), hint).toBeGreaterThan(700)
    expect(sumOf(clients, 'compressed'), hint).toBeGreaterThan(20)
    expect(sumOf(clients, 'items'), hint).toBeGreaterThan(20_000)
    expect(rate, hint).toBeGreaterThan(350)
    for (const { leave } of clients) leave()
    await expect.poll(() => ops.metrics().feed.viewers, { timeout: 5000 }).toBe(0)
  }, 40_000)

  it('are told exactly what they missed when it is no longer held, and go on from there', async () => {
    const { traffic, random, hint, client } = await startAuditedHost({ feed: { items: 1000 } })
    const clients = Array.from({ length: 12 }, () => client(randomFilter(random)))
    traffic.burst(200)
    const firstVisits = clients.map(({ visit }) => visit())
    await untilServed(clients)
    for (const { leave } of clients) leave()
    await Promise.all(firstVisits)
    traffic.burst(10_000)
    traffic.start(500)
    for (const { visit } of clients) void visit({ resumeBy: random.pick(['header', 'query']) })
    await expect
      .poll(() => faultsOf(clients).length > 0 || sumOf(clients, 'gaps') === clients.length, {
        timeout: 5000,
      })
      .toBe(true)
    await pause(300)
    traffic.stop()
    await untilServed(clients)
    expect(faultsOf(clients), hint).toEqual([])
    expect(sumOf(clients, 'missed'), hint).toBeGreaterThan(clients.length * 10_000)
  }, 20_000)
})

describe('a replay', () => {
  it('keeps the phases of each request and call in order while new ones start and end', async () => {
    const { ops, url, traffic, hint, ledger, client } = await startAuditedHost()
    // Long names: the replay is more than a socket takes at once, so that much comes while it is under way.
    const name = 'request '.repeat(30)
    const publish = (count: number): void => {
      const running = Array.from({ length: count }, () => ops.startRequest({ name }))
      for (const request of running) {
        const call = request.startCall({ provider: 'openai', model: name, streaming: true })
        call.progress({ outputTokens: 1 })
        call.end()
        request.end()
      }
    }
    publish(1)
    const from = `${ledger.epoch}-${ledger.last}`
    publish(1000)
    traffic.start(500)
    const audited = client()
    audited.audit.resumeFrom(from)
    void audited.visit({ pauseFor: 200 })
    const reader = await openFeed(url, { 'last-event-id': from })
    reader.pause()
    for (let i = 0; i < 40; i++) {
      publish(5)
      await pause(5)
      if (i === 20) reader.resume()
    }
    traffic.stop()
    ops.log('info', 'a', 'all was said')
    await reader.until('log', (lines) => lines.at(-1)?.message === 'all was said')
    await untilServed([audited])
    reader.close()
    expect(reader.events[0], hint).toMatchObject({ data: { resumed: true } })
    expect(
      reader.events.some(({ event }) => event === 'gap'),
      hint,
    ).toBe(false)
    const phases = new Map<string, string[]>()
    for (const item of reader.events) {
      if (item.event !== 'request' && item.event !== 'call') continue
      for (const { id, phase } of item.data) phases.set(id, [...(phases.get(id) ?? []), phase])
    }
    const orders = [...phases.values()].map((order) => order.join(' '))
    expect(
      orders.filter((order) => !/^start( update| progress)* end$/.test(order)),
      hint,
    ).toEqual([])
    expect(orders.length).toBeGreaterThanOrEqual(2400)
    expect(faultsOf([audited]), hint).toEqual([])
  }, 20_000)
})

import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { faultsOf, startAuditedHost, untilServed } from '../helpers/audited-host.js'
import type { ViewFilter } from '../helpers/view-filter.js'

const BATCHES = [0, 50, 250, 1000] as const
const FILTERS: ViewFilter[] = [
  {},
  { topics: ['log'], level: 'trace' },
  { topics: ['metrics', 'request', 'call'] },
  { level: 'error', source: ['queue', 'model'] },
  { session: ['s1', 's2'], history: 5 },
  { topics: ['channel'] },
]

it('no snapshot covers a delta that its client was not sent, whatever the batch time and the filter', async () => {
  const { ops, ledger, traffic, random, hint, client } = await startAuditedHost({
    feed: { sessionsPerAddress: 1000 },
  })
  const beat = (): void => ops.bus.publish('tick', { time: Date.now(), metrics: ops.metrics() })
  traffic.burst(300)
  traffic.start(1000)
  // Heartbeats at the worst of times: in the middle of a turn, with deltas before and after them pending.
  const unsubscribe = ops.bus.subscribe('delta', ({ seq }) => {
    if (seq % 97 === 0) beat()
  })
  // Two of each, one soon after the other: a full snapshot may be made once for both.
  const filters = BATCHES.flatMap((batch) => FILTERS.map((filter) => ({ ...filter, batch })))
  const clients = filters.flatMap((filter) => [client(filter), client(filter)])
  for (const { visit } of clients) {
    await pause(random.int(0, 30))
    void visit({ gzip: random.chance(0.5) })
    // A full snapshot of a moment when deltas are pending.
    if (random.chance(0.5)) traffic.burst(random.int(1, 20))
  }
  for (let i = 0; i < 30; i++) {
    await pause(random.int(0, 80))
    traffic.burst(random.int(1, 100))
    beat()
    if (random.chance(0.5)) traffic.burst(random.int(1, 100))
  }
  unsubscribe()
  traffic.stop()
  await untilServed(clients)
  expect(faultsOf(clients), hint).toEqual([])
  for (const { audit } of clients) {
    expect(audit.counts.snapshots, hint).toBeGreaterThan(30)
    expect(audit.counts.gaps, hint).toBe(0)
  }
  // A last heartbeat tells the clients whose filter left out the newest deltas where they are.
  beat()
  await expect
    .poll(() => clients.every(({ audit }) => audit.lastEventId === `${ops.epoch}-${ledger.last}`), {
      timeout: 5000,
    })
    .toBe(true)
}, 20_000)

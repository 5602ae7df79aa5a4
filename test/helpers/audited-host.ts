import { expect, onTestFinished } from 'vitest'
import type { Ops } from '../../src/index.js'
import type { OpswireOptions } from '../../src/server/fastify.js'
import { createAuditedClient, type AuditedClient } from './audited-client.js'
import { createLedger, type DeltaLedger } from './delta-ledger.js'
import { startHost } from './host.js'
import { createRandom, type Random } from './random.js'
import { createTraffic, type Traffic } from './traffic.js'
import type { ViewFilter } from './view-filter.js'

export interface AuditedHost {
  ops: Ops
  /** Address of the feed. */
  url: string
  ledger: DeltaLedger
  traffic: Traffic
  random: Random
  /** Name it in every failure: it repeats the random choices. */
  hint: string
  /** A client of this feed; its open connection ends with the test. */
  client(filter?: ViewFilter): AuditedClient
}

/** A host whose every delta is in the ledger. */
export async function startAuditedHost(plugin: Partial<OpswireOptions> = {}): Promise<AuditedHost> {
  const seed = Date.now() % 1e9
  const random = createRandom(seed)
  const host = await startHost({
    plugin: { log: false, http: false, ...plugin },
  })
  const { ops } = host
  const ledger = createLedger(ops)
  const traffic = createTraffic(ops, random)
  const url = `${host.url}/ops/events`
  onTestFinished(() => traffic.stop())
  return {
    ...{ ops, url, ledger, traffic, random },
    hint: `seed ${seed}`,
    client(filter = {}) {
      const client = createAuditedClient(url, filter, ledger)
      onTestFinished(() => client.leave())
      return client
    },
  }
}

/** Waits until each client has all that it wants of what was published, or a fault. */
export async function untilServed(clients: AuditedClient[]): Promise<void> {
  const isServed = ({ audit }: AuditedClient): boolean => audit.faults.length > 0 || audit.owed === undefined
  await expect.poll(() => clients.filter((client) => !isServed(client)).length, { timeout: 10_000 }).toBe(0)
}

/** What was wrong with what they got: the first few. */
export function faultsOf(clients: AuditedClient[]): string[] {
  return clients.flatMap(({ audit }) => audit.faults).slice(0, 5)
}

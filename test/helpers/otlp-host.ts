import { expect } from 'vitest'
import type { OtlpOptions } from '../../src/server/otlp/options.js'
import { noteMessages, type BusNotes } from './bus-notes.js'
import { startHost, type Host } from './host.js'
import { post, type PostOptions, type Signal } from './otlp.js'

export interface OtlpHost extends Host, BusNotes {
  /** Address below which `/v1` is. */
  base: string
  /** Posts a request that must be accepted as a whole. */
  export(signal: Signal, body: object, options?: PostOptions): Promise<void>
}

/** Starts a host that shows nothing but what comes in by OTLP. */
export async function startOtlpHost(otlp?: boolean | OtlpOptions): Promise<OtlpHost> {
  const host = await startHost({ plugin: { http: false, log: false, ...(otlp !== undefined && { otlp }) } })
  const base = `${host.url}/ops`
  return {
    ...host,
    ...noteMessages(host.ops),
    base,
    async export(signal, body, options = {}) {
      const { status, body: answer } = await post(base, signal, body, options)
      expect([status, answer]).toEqual([200, options.form === 'json' ? '{}' : ''])
    },
  }
}

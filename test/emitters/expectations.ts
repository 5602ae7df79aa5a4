import { expect } from 'vitest'
import type { CallRecord } from '../../src/bus/protocol.js'
import type { Made, Run } from './run-program.js'

/** What the model server says of its tokens, as the dashboard calls them. */
export const CHAT_TOKENS = { inputTokens: 11, outputTokens: 5 }
export const CHAT_TOKEN_DETAILS = { cachedTokens: 4, reasoningTokens: 2 }
/** The model that a program asks for, and the dated one that answers. */
export const ASKED_MODEL = 'gpt-4o-mini'
export const ANSWERING_MODEL = 'gpt-4o-mini-2024-07-18'
export const EMBEDDING_MODEL = 'text-embedding-3-small'

/** Emitters round to milliseconds, and the two processes read one clock at different moments. */
const ROUNDING = 2

/** The one call that the dashboard shows; throws unless it is exactly one. */
export function onlyCall({ calls }: Made): CallRecord {
  expect(calls).toHaveLength(1)
  return calls[0]!
}

/**
 * A call lasts from what the model server measured to what the program measured around it, however busy the machine
 * is; so does its time to the first token, if it has one.
 */
export function expectMeasuredTimes({ seen, served, calls }: Made): void {
  expect(calls).toHaveLength(served.length)
  for (const [index, call] of calls.entries()) {
    const { duration, firstChunkAfter } = served[index]!
    expect(call.duration).toBeGreaterThanOrEqual(duration - ROUNDING)
    expect(call.duration).toBeLessThanOrEqual(seen.duration + ROUNDING)
    expect(call.startedAt).toBeGreaterThanOrEqual(seen.startedAt - ROUNDING)
    expect(call.startedAt).toBeLessThanOrEqual(served[index]!.startedAt + ROUNDING)
    if (call.timeToFirstToken === undefined) continue
    expect(call.timeToFirstToken).toBeGreaterThanOrEqual(firstChunkAfter! - ROUNDING)
    expect(call.timeToFirstToken).toBeLessThanOrEqual(seen.firstChunkAfter! + ROUNDING)
  }
}

/** The metrics count the calls that are shown, each once, and their tokens. */
export function expectMetricsOf({ calls, requests, metrics, errorLines }: Run): void {
  const failedOf = (items: { state: string }[]) => items.filter(({ state }) => state === 'error').length
  const failed = failedOf(calls)
  const sum = (key: 'inputTokens' | 'outputTokens') =>
    calls.reduce((total, call) => total + (call[key] ?? 0), 0)
  expect(metrics.counters).toMatchObject({ calls: calls.length, requests: requests.length })
  expect(metrics.counters['errors']).toBe(failed + failedOf(requests))
  expect(metrics.gauges).toMatchObject({ activeCalls: 0, activeRequests: 0 })
  expect(metrics.calls['5m']).toMatchObject({
    total: calls.length,
    errors: failed,
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    latency: { count: calls.length - failed },
    timeToFirstToken: {
      count: calls.filter(({ timeToFirstToken }) => timeToFirstToken !== undefined).length,
    },
    providers: [{ provider: 'openai', total: calls.length }],
  })
  expect(errorLines.filter(({ source }) => source === 'model')).toHaveLength(failed)
}

/** Most emitters send what was said, and one sends stacks; the dashboard keeps neither. */
export function expectNothingPrivate({ snapshot }: Run): void {
  expect(snapshot).not.toMatch(/secret|forty|node_modules|\.m?js:\d+/)
}

import { describe, expect, it } from 'vitest'
import { weighScripts } from '../../bench/web/parts/weight.js'

const KB = 1024

/** After gzip. Those with most code of their own are allowed more: the log, and the tables that sort and filter. */
const MORE: Record<string, number> = { 'ops-calls': 19, 'ops-requests': 19, 'ops-models': 18.5 }

describe('the built scripts', () => {
  const { singles, all, chart, inSight } = weighScripts()

  it('are at most 18 KB for one element with everything it needs, 19 for a table, 28 for the log', () => {
    const { 'ops-events': log, ...others } = singles
    expect(Object.keys(others).length).toBeGreaterThanOrEqual(8)
    for (const [name, bytes] of Object.entries(others)) {
      expect(bytes, name).toBeLessThanOrEqual((MORE[name] ?? 18) * KB)
    }
    expect(log! + inSight['log-body']!).toBeLessThanOrEqual(28 * KB)
  })

  it('are at most 36 KB for all of them without the chart', () => {
    expect(all).toBeLessThanOrEqual(36 * KB)
  })

  it('are at most 24 KB for what draws the chart', () => {
    expect(chart).toBeGreaterThan(15 * KB)
    expect(chart).toBeLessThanOrEqual(24 * KB)
  })
})

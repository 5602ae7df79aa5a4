import { describe, expect, it } from 'vitest'
import { weighScripts } from '../../bench/web/parts/weight.js'

const KB = 1024

/** After gzip. The element with most code of its own, the log, is the one that is allowed more. */
describe('the built scripts', () => {
  const { singles, all, chart, inSight } = weighScripts()

  it('are at most 18 KB for one element with everything it needs', () => {
    const { 'ops-events': log, ...others } = singles
    expect(Object.keys(others).length).toBeGreaterThanOrEqual(8)
    for (const [name, bytes] of Object.entries(others)) expect(bytes, name).toBeLessThanOrEqual(18 * KB)
    expect(log! + inSight['log-body']!).toBeLessThanOrEqual(27 * KB)
  })

  it('are at most 36 KB for all of them without the chart', () => {
    expect(all).toBeLessThanOrEqual(36 * KB)
  })

  it('are at most 24 KB for what draws the chart', () => {
    expect(chart).toBeGreaterThan(15 * KB)
    expect(chart).toBeLessThanOrEqual(24 * KB)
  })
})

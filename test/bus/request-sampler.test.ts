import { describe, expect, it } from 'vitest'
import { RequestSampler } from '../../src/bus/request-sampler.js'

/** How many of `count` requests that start within a second are shown at their start. */
function admitted(sampler: RequestSampler, second: number, count: number): number {
  let shown = 0
  for (let i = 0; i < count; i++) if (sampler.admit(second * 1000 + (i * 999) / count)) shown++
  return shown
}

/** How many of `count` further ones are shown at their end. */
function picked(sampler: RequestSampler, count: number): number {
  let shown = 0
  for (let i = 0; i < count; i++) if (sampler.pickOfTheRest()) shown++
  return shown
}

describe('requests of automatic sources', () => {
  it('are all shown up to 200 a second', () => {
    const sampler = new RequestSampler()
    for (const second of [7, 8, 9]) expect(admitted(sampler, second, 200)).toBe(200)
  })

  it('are shown up to 200 of a busy second, and none of its rest at once', () => {
    const sampler = new RequestSampler()
    for (const second of [1, 2]) expect(admitted(sampler, second, 5000)).toBe(200)
  })

  it('beyond that are shown one in 20, at most 50 a second', () => {
    const sampler = new RequestSampler()
    admitted(sampler, 1, 1)
    expect(picked(sampler, 100)).toBe(5)
    expect(picked(sampler, 10_000)).toBe(45)
    admitted(sampler, 2, 1)
    expect(picked(sampler, 20)).toBe(1)
  })
})

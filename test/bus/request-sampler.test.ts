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

  it('are shown up to 200 of a second with more, and none of its rest at once', () => {
    const sampler = new RequestSampler()
    for (const second of [1, 2]) expect(admitted(sampler, second, 1000)).toBe(200)
  })

  it('are all left to the sample while a thousand start a second', () => {
    const sampler = new RequestSampler()
    expect(admitted(sampler, 1, 5000)).toBe(200)
    expect(admitted(sampler, 2, 5000)).toBe(0)
    expect(admitted(sampler, 3, 30)).toBe(0)
    expect(admitted(sampler, 4, 30)).toBe(30)
  })

  it('are all shown again after a pause', () => {
    const sampler = new RequestSampler()
    admitted(sampler, 1, 5000)
    expect(admitted(sampler, 7, 10)).toBe(10)
  })

  it('beyond that are shown one in 20, at most 50 a second', () => {
    const sampler = new RequestSampler()
    admitted(sampler, 1, 1)
    expect(picked(sampler, 100)).toBe(5)
    expect(picked(sampler, 10_000)).toBe(45)
    admitted(sampler, 2, 1)
    expect(picked(sampler, 20)).toBe(1)
  })

  it('are picked from the whole of a busy second, not from its beginning', () => {
    const sampler = new RequestSampler()
    for (const second of [1, 2]) admitted(sampler, second, 10_000)
    expect(picked(sampler, 5000)).toBe(25)
    expect(picked(sampler, 5000)).toBe(25)
    expect(picked(sampler, 5000)).toBe(0)
  })
})

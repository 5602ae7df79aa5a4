import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/bus/histogram.js'
import { RollingWindow } from '../../src/bus/rolling-window.js'

/** A fixed sequence of numbers from 0 to 1. */
function* random(seed = 7): Generator<number> {
  for (;;) {
    seed = (seed * 16_807) % 2_147_483_647
    yield seed / 2_147_483_647
  }
}

function take(count: number, spread: (unit: number) => number): number[] {
  const numbers = random()
  return Array.from({ length: count }, () => spread(numbers.next().value as number))
}

describe('the histogram', () => {
  it.each([
    ['even', (unit: number) => 1 + unit * 10_000],
    ['log-normal-like', (unit: number) => Math.exp(unit * 12)],
    ['tiny', (unit: number) => 0.02 + unit],
  ])('tells quantiles within 2 %% of the exact ones for %s values', (_name, spread) => {
    const values = take(10_000, spread)
    const histogram = new Histogram()
    for (const value of values) histogram.add(value)
    values.sort((a, b) => a - b)
    const { count, p50, p95, p99, max } = histogram.quantiles()
    expect(count).toBe(10_000)
    for (const [got, quantile] of [
      [p50, 0.5],
      [p95, 0.95],
      [p99, 0.99],
    ] as const) {
      const exact = values[Math.floor(quantile * 9999)]!
      expect(Math.abs(got! - exact) / exact).toBeLessThanOrEqual(0.021)
    }
    expect(max! / values.at(-1)!).toBeCloseTo(1, 3)
  })

  it('merges to the same figures as if all had been added to one', () => {
    const values = take(1000, (unit) => unit * 5000)
    const [all, left, right] = [new Histogram(), new Histogram(), new Histogram()]
    values.forEach((value, i) => {
      all.add(value)
      ;(i % 3 === 0 ? left : right).add(value)
    })
    left.merge(right)
    expect({ ...left.quantiles(), mean: 0 }).toEqual({ ...all.quantiles(), mean: 0 })
  })

  it('says nothing of an empty one and ignores what is no number from 0', () => {
    const histogram = new Histogram()
    for (const value of [NaN, -1, Infinity]) histogram.add(value)
    expect(histogram.quantiles()).toEqual({ count: 0 })
    histogram.add(0)
    expect(histogram.quantiles()).toEqual({ count: 1, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 })
  })
})

describe('the rolling window', () => {
  class Sum {
    total = 0
    merge(other: Sum): void {
      this.total += other.total
    }
    clear(): void {
      this.total = 0
    }
  }

  it('holds what was recorded within its span, true to a twelfth of it', () => {
    const window = new RollingWindow(60_000, () => new Sum())
    const totalAt = (time: number): number => {
      const sum = new Sum()
      window.mergeInto(sum, time)
      return sum.total
    }
    window.at(1000).total += 1
    window.at(31_000).total += 2
    expect(totalAt(31_000)).toBe(3)
    expect(totalAt(59_000)).toBe(3)
    expect(totalAt(61_000)).toBe(2)
    expect(totalAt(91_000)).toBe(0)
    window.at(121_000).total += 4
    expect(totalAt(121_000)).toBe(4)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBucket } from '../../src/bus/buckets.js'
import { CallMetrics } from '../../src/bus/call-metrics.js'
import { toDigits } from '../../src/bus/digits.js'
import { Histogram } from '../../src/bus/histogram.js'
import type { CallRecord } from '../../src/bus/protocol.js'
import { SLOTS } from '../../src/bus/rolling-window.js'
import { SketchGrid } from '../../src/bus/sketch-grid.js'
import { createRandom } from '../helpers/random.js'

/** What a sketch promises to be within 2 % of. */
const positive = fc.double({ min: 0.01, max: 1e10, noNaN: true })
const values = fc.array(positive, { minLength: 1, maxLength: 300 })
const shares = [0, 0.5, 0.95, 0.99, 1]

function sketchOf(numbers: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const number of numbers) histogram.add(number)
  return histogram
}

/** All that is exact about a sketch: everything but the last bits of a sum of fractions. */
const exactOf = (histogram: Histogram) => [
  histogram.count,
  histogram.max,
  ...[...Array(101).keys()].map((percent) => histogram.quantile(percent / 100)),
]

describe('a quantile sketch', () => {
  it('is within 2 % of the exact quantiles of whatever positive values', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const histogram = sketchOf(numbers)
        const sorted = [...numbers].sort((a, b) => a - b)
        for (const share of shares) {
          const exact = sorted[Math.floor(share * (sorted.length - 1))]!
          expect(Math.abs(histogram.quantile(share)! - exact) / exact).toBeLessThanOrEqual(0.02 + 1e-9)
        }
      }),
    )
  })

  it('of parts, merged, is the very sketch of the whole', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 6 }), (parts) => {
        const merged = new Histogram()
        for (const part of parts) merged.merge(sketchOf(part))
        expect(exactOf(merged)).toEqual(exactOf(sketchOf(parts.flat())))
      }),
    )
  })

  it('that was emptied is as a new one', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const histogram = sketchOf(before)
        histogram.clear()
        expect(histogram.quantiles()).toEqual({ count: 0 })
        for (const number of after) histogram.add(number)
        expect(histogram.quantiles()).toEqual(sketchOf(after).quantiles())
      }),
    )
  })

  it('tells figures of three digits, none above the largest value', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const { p50, p95, p99, mean, max } = sketchOf(numbers).quantiles()
        expect(p50!).toBeLessThanOrEqual(p95!)
        expect(p95!).toBeLessThanOrEqual(p99!)
        expect(p99!).toBeLessThanOrEqual(max!)
        for (const figure of [p50, p95, mean]) {
          expect(
            String(figure)
              .replace(/e.*|\./g, '')
              .replace(/^0+|0+$/g, '').length,
          ).toBeLessThanOrEqual(4)
        }
      }),
    )
  })

  it('does not break with values beyond all measure', () => {
    const histogram = sketchOf([Number.MAX_VALUE, Number.MAX_VALUE, Number.MIN_VALUE])
    const { mean, max, p50 } = histogram.quantiles()
    for (const figure of [mean, max, p50]) expect(figure).toBeLessThan(2e10)
    expect(sketchOf([Number.MIN_VALUE]).quantiles()).toMatchObject({ mean: 0, max: 0 })
  })
})

describe('a grid of sketches', () => {
  type Step = { slot: number; value: number; times: number } | { clear: number }
  const slot = fc.integer({ min: 0, max: SLOTS - 1 })
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      {
        weight: 9,
        arbitrary: fc.record({ slot, value: positive, times: fc.constantFrom(1, 3, 300, 70_000) }),
      },
      { weight: 1, arbitrary: fc.record({ clear: slot }) },
    ),
    { maxLength: 40 },
  )

  it('holds what as many histograms would, however it grows and is emptied', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const grid = new SketchGrid()
        const expected = Array.from({ length: SLOTS }, () => new Map<number, number>())
        for (const step of sequence) {
          if ('clear' in step) {
            grid.clear(step.clear)
            expected[step.clear]!.clear()
            continue
          }
          const bucket = toBucket(step.value)
          for (let i = 0; i < step.times; i++) grid.add(step.slot, bucket)
          const counts = expected[step.slot]!
          counts.set(bucket, (counts.get(bucket) ?? 0) + step.times)
        }
        const [got, whole] = [new Histogram(), new Histogram()]
        grid.mergeInto(got)
        for (const counts of expected) for (const [bucket, count] of counts) whole.addCount(bucket, count)
        for (const histogram of [got, whole]) histogram.addSum(0, Infinity)
        expect(exactOf(got)).toEqual(exactOf(whole))
      }),
      { numRuns: 50 },
    )
  })
})

describe('the rounding of figures', () => {
  it('is that of toPrecision, and prints without a tail of noise', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (value) => {
        const rounded = toDigits(value, 3)
        expect(Math.abs(rounded - value) / value).toBeLessThanOrEqual(0.005 + 1e-9)
        expect(rounded).toBe(Number(rounded.toPrecision(3)))
      }),
      { numRuns: 1000 },
    )
    expect([0, 1, 999.5, 0.3333, 1234567].map((value) => toDigits(value, 3))).toEqual([
      0, 1, 1000, 0.333, 1230000,
    ])
  })
})

describe('the figures of 200 models', () => {
  const MODELS = 200
  const SPAN = 900_000
  const random = createRandom(11)
  /** Log-normal with a sigma of 0.6; one in a thousand is up to a hundred times as long. */
  const spread = (median: number) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
    return median * Math.exp(0.6 * normal) * (random.chance(0.001) ? 1 + random.next() * 99 : 1)
  }
  const callOf = (model: number): CallRecord => ({
    id: 'c',
    provider: `provider ${model % 8}`,
    model: `model ${model}`,
    operation: 'chat',
    streaming: true,
    startedAt: 0,
    state: 'ok',
    source: 'api',
    instance: 'i',
    duration: Math.round(spread(500 + model * 40)),
    timeToFirstToken: Math.round(spread(100 + model * 8)),
    tokensPerSecond: spread(60),
  })

  it('take at most 8 MiB when every slot of every window is in use', () => {
    const metrics = new CallMetrics(0)
    // 720 calls of each model: 4 in each slot of the shortest window, 60 in one of the longest.
    for (let time = 0; time < SPAN; time += 1250) {
      for (let model = 0; model < MODELS; model++) metrics.add(callOf(model), time)
    }
    expect(metrics.memory / 2 ** 20).toBeLessThan(8)
    expect(metrics.memory / 2 ** 20).toBeGreaterThan(1)
    const { '1m': minute, '15m': quarter } = metrics.statistics(SPAN - 1, [])
    expect(quarter).toMatchObject({ total: MODELS * 720, rate: 160, latency: { count: MODELS * 720 } })
    expect(quarter.models).toHaveLength(MODELS)
    expect(quarter.providers).toHaveLength(8)
    expect(minute.models[0]).toMatchObject({ total: 48, rate: 0.8 })
  })

  it('stay flat in memory when names never end', () => {
    const metrics = new CallMetrics(0)
    const call = callOf(0)
    const add = (count: number, from: number) => {
      for (let i = from; i < from + count; i++) {
        const [provider, model] = i % 2 === 0 ? [`p${i}`, 'other'] : ['p', `m${i}`]
        metrics.add({ ...call, provider, model }, i)
      }
    }
    add(1000, 0)
    const { memory } = metrics
    add(20_000, 1000)
    expect(metrics.memory).toBeLessThan(memory + 20_000)
    const { '15m': quarter } = metrics.statistics(21_000, [])
    expect(quarter.total).toBe(21_000)
    expect(quarter.models).toHaveLength(MODELS + 1)
    expect(quarter.models.find(({ provider }) => provider === 'other')).toMatchObject({
      model: 'other',
      total: 20_800,
    })
    expect(metrics.overflow).toBe(20_800)
  })

  it('make room for new names when old ones have not been used for a quarter of an hour', () => {
    const metrics = new CallMetrics(0)
    for (let i = 0; i < 300; i++) metrics.add(callOf(i), 0)
    metrics.add({ ...callOf(0), model: 'new' }, SPAN + 80_000)
    expect(metrics.statistics(SPAN + 80_000, [])['15m'].models).toMatchObject([{ model: 'new', total: 1 }])
  })
})

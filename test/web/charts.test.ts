import { describe, expect, it } from 'vitest'
import { toScaleLabels, toScaleSteps, toScaleTop } from '../../src/web/components/chart-scale.js'
import { toLinePath } from '../../src/web/components/line-path.js'
import { peakOf, sumOfLast, toChanges, toMeans } from '../../src/web/components/series-figures.js'

describe('the scale', () => {
  it.each([
    [0, 40],
    [39, 40],
    [7200, 8000],
    [8000, 8000],
    [8100, 10_000],
    [410, 800],
  ])('above a peak of %d ms ends at %d ms', (peak, top) => {
    expect(toScaleTop(peak)).toBe(top)
  })

  it('is labelled from the ground up in one unit', () => {
    const labels = (top: number) => toScaleLabels(toScaleSteps(top))
    expect(labels(8000)).toEqual(['0', '2 s', '4 s', '6 s', '8 s'])
    expect(labels(10_000)).toEqual(['0', '2.5 s', '5 s', '7.5 s', '10 s'])
    expect(labels(800)).toEqual(['0', '200 ms', '400 ms', '600 ms', '800 ms'])
  })
})

describe('a line', () => {
  const place = { slots: 3, width: 20, height: 10, inset: 0, max: 10 }

  it('runs to the right edge, where the newest value is', () => {
    expect(toLinePath([0, 5, 10], place)).toBe('M0.0 10.0L10.0 5.0L20.0 0.0')
    expect(toLinePath([5, 10], place)).toBe('M10.0 5.0L20.0 0.0')
  })

  it('shows only the newest values that fit', () => {
    expect(toLinePath([9, 9, 0, 5, 10], place)).toBe(toLinePath([0, 5, 10], place))
  })

  it('is broken where a value is unknown, and a lone point stays visible', () => {
    expect(toLinePath([0, null, 10], place)).toBe('M0.0 10.0h0.5M20.0 0.0h0.5')
  })

  it('is nothing when nothing is known', () => {
    expect(toLinePath([], place)).toBe('')
    expect(toLinePath([null, null], place)).toBe('')
  })
})

describe('a cumulative column', () => {
  it('becomes the change per step, unknown beside a hole and after a restart', () => {
    expect(toChanges([5, 8, null, 9, 11, 2])).toEqual([3, null, null, 2, null])
  })

  it('is summed over a span of which only the known part counts', () => {
    expect(sumOfLast([100, 1, null, 2], 9000, 3000)).toBe(3)
    expect(sumOfLast([null], 9000, 3000)).toBeUndefined()
  })
})

describe('a column', () => {
  it('has a peak unless nothing is known', () => {
    expect(peakOf([1, null, 4, 2])).toBe(4)
    expect(peakOf([null])).toBeUndefined()
  })

  it('is smoothed without closing its holes', () => {
    expect(toMeans([3, 1, null, 5], 2)).toEqual([3, 2, null, 5])
  })
})

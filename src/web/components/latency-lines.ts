import type { SeriesColumn } from '../../bus/series.js'

export interface LatencyLine {
  name: string
  column: SeriesColumn
  /** Class of its swatch in the legend, from which it has its colour. */
  style: string
  /** Pixels. */
  width: number
  /** Pixels drawn and left out in turns; absent for an unbroken line. */
  dash?: readonly number[]
}

/** The lines of the latency chart, told apart by colour and by stroke. */
export const LATENCY_LINES: readonly LatencyLine[] = [
  { name: 'p50', column: 'callLatencyP50', style: 'p50', width: 1.5 },
  { name: 'p95', column: 'callLatencyP95', style: 'p95', width: 1.5 },
  { name: 'p99', column: 'callLatencyP99', style: 'p99', width: 1.2, dash: [2, 2] },
  { name: 'first token', column: 'callTimeToFirstTokenP50', style: 'first', width: 1.2, dash: [5, 3] },
]

import { css, html, nothing, svg, type TemplateResult } from 'lit'
import { toLinePath } from './line-path.js'

const WIDTH = 160
const HEIGHT = 26

export interface SparklineOptions {
  /** Newest last; null is unknown and leaves a hole. */
  values: readonly (number | null)[]
  /** Slots of the time axis; fewer values are drawn at its end. */
  slots: number
  tone?: 'accent' | 'warn' | 'error'
  /** Says in words what the line shows. */
  label: string
}

/** A small line from zero to the highest value, newest at the right edge. */
export function sparkline({ values, slots, tone = 'accent', label }: SparklineOptions): TemplateResult {
  const max = values.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0)
  const place = { slots, width: WIDTH, height: HEIGHT, inset: 1, max: max === 0 ? 1 : max }
  const line = toLinePath(values, place)
  return html`<svg
    class="spark ${tone}"
    part="sparkline"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label=${label}
  >
    ${
      line === ''
        ? nothing
        : svg`<path class="area" d=${toLinePath(values, { ...place, closed: true })}></path><path class="line" d=${line}></path>`
    }
  </svg>`
}

export const sparklineStyles = css`
  .spark {
    display: block;
    width: 100%;
    height: 26px;
    overflow: visible;
    color: var(--_accent);
  }
  .spark.error {
    color: var(--_error);
  }
  .spark .area {
    fill: currentColor;
    opacity: 0.1;
  }
  .spark .line {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.4;
    stroke-linejoin: round;
    vector-effect: non-scaling-stroke;
  }
  .spark.warn {
    color: var(--_warn);
  }
`

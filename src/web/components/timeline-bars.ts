import { css, svg, html, nothing, type TemplateResult } from 'lit'
import { toDuration } from '../format.js'
import { endOf, firstTokenOf, type Timeline } from '../request-timeline.js'

const ROW = 14
/** Bars drawn; of more calls the oldest. */
const SHOWN = 40

interface Span {
  from: number
  to: number
  now: number
}

/** The calls of a request as bars over its time: waiting for the first token pale, streaming full. */
export function timelineBars({ calls }: Timeline, { from, to, now }: Span): TemplateResult | typeof nothing {
  if (calls.length === 0) return nothing
  const span = Math.max(1, to - from)
  const x = (time: number): number => Math.min(100, Math.max(0, ((time - from) / span) * 100))
  const shown = calls.slice(0, SHOWN)
  return html`<figure class="bars">
    <svg
      width="100%"
      height=${shown.length * ROW + 4}
      role="img"
      aria-label="${calls.length} model calls over ${toDuration(span)}"
    >
      ${shown.map((call, index) => {
        const [begin, end] = [x(call.startedAt), x(endOf(call) ?? now)]
        const firstToken = firstTokenOf(call)
        const first = firstToken === undefined ? undefined : x(firstToken)
        const y = index * ROW + 3
        const tone = call.state === 'error' ? 'failed' : call.state === 'active' ? 'running' : ''
        return svg`<g class=${tone}>
          <rect class="wait" x="${begin}%" y=${y} width="${Math.max(0.4, end - begin)}%" height=${ROW - 4} rx="2"></rect>
          ${
            first === undefined
              ? nothing
              : svg`<rect class="stream" x="${first}%" y=${y} width="${Math.max(0.4, end - first)}%" height=${ROW - 4} rx="2"></rect>`
          }
          <title>${call.provider} ${call.model}</title>
        </g>`
      })}
    </svg>
    <figcaption><span>0</span><span>${toDuration(span)}</span></figcaption>
  </figure>`
}

export const timelineBarsStyles = css`
  .bars {
    margin: 0;
    padding: 10px 14px 8px;
    border-bottom: 1px solid var(--_line);
  }
  .bars svg {
    display: block;
  }
  .bars .wait {
    fill: var(--_accent-dim);
    stroke: var(--_accent);
    stroke-opacity: 0.4;
  }
  .bars .stream {
    fill: var(--_accent);
  }
  .bars .failed .wait {
    fill: var(--_error-dim);
    stroke: var(--_error);
  }
  .bars .failed .stream {
    fill: var(--_error);
  }
  .bars figcaption {
    display: flex;
    justify-content: space-between;
    color: var(--_muted);
    font-size: 11px;
    line-height: 16px;
  }
`

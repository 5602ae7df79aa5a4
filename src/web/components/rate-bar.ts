import { css, html, type TemplateResult } from 'lit'
import { toRate } from '../format.js'

/** Tokens per second that fill the bar. */
const FULL = 120

export const rateBarStyles = css`
  .rate {
    display: inline-flex;
    align-items: center;
    justify-content: flex-end;
    gap: 8px;
    width: 100%;
  }
  .rate svg {
    flex: 0 1 64px;
    min-width: 0;
    height: 4px;
    border-radius: 2px;
    background: var(--_line);
  }
  .rate rect {
    fill: var(--_accent);
  }
  .rate span {
    flex: none;
    min-width: 3.2ch;
    text-align: right;
  }
  @container (max-width: 520px) {
    .rate svg {
      display: none;
    }
  }
`

/** Tokens per second with a bar on a fixed scale, so that rows compare. */
export function rateBar(rate: number | undefined): TemplateResult {
  if (rate === undefined) return html`<span class="muted">–</span>`
  const width = Math.min(100, (rate / FULL) * 100)
  return html`<span class="rate"
    ><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect width=${width.toFixed(1)} height="4"></rect></svg
    ><span>${toRate(rate)}</span></span
  >`
}

import { css, html, type TemplateResult } from 'lit'
import type { Activity } from '../../bus/protocol.js'
import { toActivityTone } from './request-health.js'

/** An activity that needs a word: a hollow dot for what waits, a square and a diamond for what has halted. */
export function activityTag(activity: Exclude<Activity, 'working'>, since = ''): TemplateResult {
  const tone = toActivityTone(activity)
  return html`<span class="tag activity ${tone || 'idle'}"
    ><i class="dot ${tone || 'idle'}"></i>${activity}${since === '' ? '' : ` ${since}`}</span
  >`
}

export const activityTagStyles = css`
  .tag.activity .dot {
    margin-right: 5px;
  }
  .tag.idle {
    background: var(--_raise);
    color: var(--_muted);
  }
`

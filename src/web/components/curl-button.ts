import { css, html, nothing, type TemplateResult } from 'lit'
import type { SharedStream } from '../stream-registry.js'
import type { ToCurlLine } from './copy-curl.js'
import { copyLine } from './copy-line.js'
import { COPIED_TIME } from './copy-text.js'
import { iconButtonStyles } from './icon-button-styles.js'
import { DONE, FAILED, TERMINAL } from './icons.js'

/** The button in a panel's heading that copies a line for a terminal. */
export function curlButton(
  stream: SharedStream | undefined,
  toLine: ToCurlLine,
): TemplateResult | typeof nothing {
  if (stream === undefined) return nothing
  const copy = async ({ currentTarget }: Event): Promise<void> => {
    const button = currentTarget as HTMLElement
    const isDone = await copyLine(stream, toLine, button.parentElement!).catch(() => false)
    const [path, told] = [button.querySelector('path')!, button.querySelector('[role=status]')!]
    const tell = (icon: string, text: string): void => {
      path.setAttribute('d', icon)
      told.textContent = text
    }
    tell(isDone ? DONE : FAILED, isDone ? 'copied' : 'not copied')
    setTimeout(() => tell(TERMINAL, ''), COPIED_TIME)
  }
  return html`<button
    type="button"
    class="tool curl"
    part="curl"
    aria-label="Copy as curl"
    title="Copy as curl: a line for a terminal that prints what this panel shows"
    @click=${copy}
  >
    <svg viewBox="0 0 14 14" aria-hidden="true"><path d=${TERMINAL}></path></svg>
    <span class="visually-hidden" role="status"></span>
  </button>`
}

export const curlButtonStyles = [
  iconButtonStyles,
  css`
    .curl {
      flex: none;
      margin-block: -3px;
    }
    .curl:hover {
      color: var(--_fg);
    }
    .head > .curl {
      margin-left: auto;
    }
    .head > .curl + .end {
      margin-left: 0;
    }
    @media print {
      .curl {
        display: none;
      }
    }
  `,
]

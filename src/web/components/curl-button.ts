import { css, html, nothing, type TemplateResult } from 'lit'
import type { SharedStream } from '../stream-registry.js'
import { copyCurl, type ToCurlLine } from './copy-curl.js'

/** Time that a button says it is done. Milliseconds. */
const TOLD = 1500

/** The button in a panel's heading that copies a line for a terminal. */
export function curlButton(
  stream: SharedStream | undefined,
  toLine: ToCurlLine,
): TemplateResult | typeof nothing {
  if (stream === undefined) return nothing
  const copy = async ({ currentTarget }: Event): Promise<void> => {
    const button = currentTarget as HTMLElement
    const isDone = await copyCurl(stream, toLine, button.parentElement!).catch(() => false)
    const told = button.querySelector<HTMLElement>('.told')!
    told.textContent = isDone ? 'copied' : 'not copied'
    setTimeout(() => (told.textContent = ''), TOLD)
  }
  return html`<button
    type="button"
    class="curl"
    part="curl"
    title="Copy a line for a terminal that prints what this panel shows"
    @click=${copy}
  >
    <span class="idle"><span class="beside">copy as </span>curl</span><span class="told" role="status"></span>
  </button>`
}

export const curlButtonStyles = css`
  button.curl {
    display: inline-grid;
    flex: none;
    padding: 0 2px;
    border: 0;
    background: none;
    color: var(--_muted);
    font-size: 12px;
    line-height: 24px;
    text-align: center;
  }
  button.curl:hover:not(:disabled) {
    background: none;
    color: var(--_fg);
  }
  .head > button.curl {
    margin-left: auto;
  }
  .head > button.curl + .end {
    margin-left: 0;
  }
  @media print {
    button.curl {
      display: none;
    }
  }
  /* Both words in one place: what stands beside does not move. */
  .curl > * {
    grid-area: 1 / 1;
  }
  .idle:has(+ .told:not(:empty)) {
    visibility: hidden;
  }
  @container (max-width: 720px) {
    .curl .beside {
      display: none;
    }
  }
`

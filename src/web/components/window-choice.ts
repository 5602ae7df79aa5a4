import { css, html, type TemplateResult } from 'lit'
import { CALL_WINDOWS, type CallWindowName } from '../../bus/protocol.js'

/** `5 min` */
export const toWindowWords = (name: CallWindowName): string => name.replace('m', ' min')

/** The buttons of a choice of the window that figures are of. */
export const windowButtons = (
  current: CallWindowName,
  choose: (window: CallWindowName) => void,
): TemplateResult[] =>
  CALL_WINDOWS.map(
    (name) =>
      html`<button type="button" aria-pressed=${String(current === name)} @click=${() => choose(name)}>
        ${toWindowWords(name)}
      </button>`,
  )

export const choiceStyles = css`
  .choice {
    display: flex;
    overflow: hidden;
    border: 1px solid var(--_line);
    border-radius: 6px;
  }
  .choice button {
    border: 0;
    border-radius: 0;
    color: var(--_muted);
  }
  .choice button:focus-visible {
    outline-offset: -2px;
  }
  .choice [aria-pressed='true'] {
    background: var(--_raise);
    color: var(--_fg);
  }
`

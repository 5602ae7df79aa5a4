import { css, html, type TemplateResult } from 'lit'
import { OpenRequestEvent, type OpenRequestDetail } from './open-request.js'

/** A row of a table that opens its request, by a click anywhere or by the button in its first cell. */
export function openRow(request: OpenRequestDetail | undefined, cells: TemplateResult): TemplateResult {
  if (request === undefined)
    return html`<tr>
      ${cells}
    </tr>`
  const { id, instance } = request
  return html`<tr class="opens" @click=${(event: Event) => open(event, { id, instance })}>
    ${cells}
  </tr>`
}

function open(event: Event, detail: OpenRequestDetail): void {
  // Who marks a text to copy it wants no other view.
  if (getSelection()?.isCollapsed === false) return
  event.currentTarget?.dispatchEvent(new OpenRequestEvent(detail))
}

export const openRowStyles = css`
  tr.opens {
    cursor: pointer;
  }
  tr.opens:hover > td {
    background: var(--_raise);
  }
  button.open {
    display: block;
    max-width: 100%;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    text-align: left;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  button.open:hover:not(:disabled) {
    background: none;
  }
  button.open:focus-visible {
    outline-offset: -2px;
  }
`

import { css, html, type TemplateResult } from 'lit'

export const connectGuideStyles = css`
  .guide {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: center;
    gap: 6px;
    min-height: 238px;
    padding: 20px 28px;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
  }
  .guide h2 {
    margin: 0;
    font-size: 16px;
    line-height: 24px;
    font-weight: 600;
    letter-spacing: -0.01em;
  }
  .guide p {
    margin: 0;
    color: var(--_muted);
  }
  .guide .line {
    display: flex;
    align-items: center;
    gap: 12px;
    max-width: 760px;
    padding: 5px 6px 5px 12px;
    background: var(--_raise);
    border: 1px solid var(--_line);
    border-radius: 7px;
  }
  .guide code {
    flex: 1;
    min-width: 0;
    overflow-x: auto;
    font: 12px/20px var(--_mono);
    white-space: pre;
    scrollbar-width: none;
  }
  .guide p + .line {
    margin-bottom: 8px;
  }
`

/** What to do when the server runs but nothing has happened yet, with this server's own address. */
export function connectGuide(feed: string): TemplateResult {
  const address = new URL(feed)
  address.search = ''
  return html`<section class="guide" part="guide" aria-labelledby="guide">
    <h2 id="guide">Connected. Waiting for the first request.</h2>
    <p>Record work in the app that this server runs in:</p>
    ${copyLine("const request = ops.startRequest({ kind: 'message', session: 's1' }); request.end()")}
    <p>Watch the same feed in a terminal:</p>
    ${copyLine(`curl -N ${address.href}`)}
  </section>`
}

function copyLine(text: string): TemplateResult {
  return html`<div class="line">
    <code tabindex="0">${text}</code>
    <button type="button" @click=${(event: Event) => copy(text, event.currentTarget as HTMLButtonElement)}>
      Copy
    </button>
  </div>`
}

async function copy(text: string, button: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // No clipboard without a secure context: select the text, one keystroke does the rest.
    getSelection()?.selectAllChildren(button.previousElementSibling!)
  }
}

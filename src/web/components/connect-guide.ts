import { css, html, type TemplateResult } from 'lit'
import type { SharedStream } from '../stream-registry.js'
import { COPIED_TIME, copyText } from './copy-text.js'

export const styles = [
  css`
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
      max-width: 1180px;
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
    .guide button {
      min-width: 68px;
    }
    .guide p + .line {
      margin-bottom: 8px;
    }
  `,
]

/** What to do when the server runs but nothing has happened yet, in lines that have this server's own address. */
export function connectGuide({ src, getToken }: SharedStream): TemplateResult {
  const feed = new URL(src)
  feed.search = ''
  const base = new URL('.', feed).href.replace(/\/$/, '')
  const header = getToken === undefined ? '' : ' -H "Authorization: Bearer $TOKEN"'
  const messages =
    '[{"type":"request.start","id":"hello","session":"me"},{"type":"request.end","id":"hello"}]'
  return html`<h2 id="guide">Connected. Waiting for the first request.</h2>
    <p>Record work in the app that this server runs in:</p>
    ${copyLine("const request = ops.startRequest({ kind: 'message', session: 's1' }); request.end()")}
    <p>Or send it from anywhere, in any language:</p>
    ${copyLine(`curl ${base}/api/ingest${header} -H 'Content-Type: application/json' -d '${messages}'`)}
    <p>Or have an app that speaks OpenTelemetry export to this server:</p>
    ${copyLine(`export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=${base}`)}
    <p>Watch the same feed in a terminal:</p>
    ${copyLine(`curl -N${header} ${feed.href}`)}`
}

function copyLine(text: string): TemplateResult {
  return html`<div class="line">
    <code tabindex="0" role="group" aria-label="Line to copy">${text}</code>
    <button type="button" @click=${(event: Event) => copy(text, event.currentTarget as HTMLButtonElement)}>
      <span role="status">Copy</span>
    </button>
  </div>`
}

async function copy(text: string, button: HTMLButtonElement): Promise<void> {
  const isDone = await copyText(text, button.parentElement!)
  const word = button.firstElementChild!
  word.textContent = isDone ? 'Copied' : 'Failed'
  setTimeout(() => (word.textContent = 'Copy'), COPIED_TIME)
}

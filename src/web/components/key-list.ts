import { css, html, render, type TemplateResult } from 'lit'
import { adoptStyles } from './adopt-styles.js'

const KEYS: readonly [place: string, keys: readonly [key: string, meaning: string][]][] = [
  [
    'Anywhere',
    [
      ['?', 'this list'],
      ['p', 'pause the page, or resume'],
      ['w', 'next window of the model figures'],
      ['/', 'filter the log'],
      ['f', 'follow the tail of the log'],
    ],
  ],
  [
    'In the log',
    [
      ['↑ ↓', 'from line to line'],
      ['Enter', 'open the request of a line'],
      ['Space', 'all of a line'],
      ['Home End', 'oldest line, and the tail'],
      ['Esc', 'from a line back to the log'],
    ],
  ],
  [
    'Elsewhere',
    [
      ['Enter', 'on a row: open its request'],
      ['Esc', 'close the request; empty a filter'],
    ],
  ],
]

const styles = css`
  .key-list {
    width: min(460px, calc(100vw - 24px));
    max-height: calc(100vh - 48px);
    padding: 16px 20px 18px;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    color: var(--_fg);
    font: 13px/20px var(--_font);
    box-shadow: var(--_float);
  }
  .key-list::backdrop {
    background: #0006;
  }
  .key-list h2,
  .key-list h3 {
    margin: 0;
    font: inherit;
    font-weight: 600;
  }
  .key-list .top {
    display: flex;
    justify-content: space-between;
  }
  .key-list h3 {
    margin-top: 14px;
    padding-bottom: 4px;
    border-bottom: 1px solid var(--_line);
    color: var(--_muted);
    font-size: 12px;
    font-weight: 400;
  }
  .key-list dl {
    display: grid;
    grid-template-columns: 92px minmax(0, 1fr);
    gap: 5px 12px;
    margin: 8px 0 0;
  }
  .key-list dd {
    margin: 0;
  }
  .key-list kbd {
    display: inline-block;
    min-width: 20px;
    padding: 0 5px;
    border: 1px solid var(--_line);
    border-radius: 4px;
    background: var(--_raise);
    font: 11px/18px var(--_mono);
    text-align: center;
  }
  .key-list label {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 24px;
    margin-top: 16px;
    padding-top: 12px;
    border-top: 1px solid var(--_line);
  }
  .key-list input {
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--_accent);
  }
`

/**
 * Shows the keys in a dialog over the page; closed, it is gone and the focus where it was.
 * @param change called when the reader turns the shortcuts on or off
 */
export function openKeyList(root: ShadowRoot, enabled: boolean, change: (enabled: boolean) => void): void {
  if (root.querySelector('.key-list')) return
  adoptStyles(root, [styles])
  const dialog = document.createElement('dialog')
  dialog.className = 'key-list'
  dialog.setAttribute('part', 'key-list')
  dialog.setAttribute('aria-labelledby', 'key-list')
  dialog.addEventListener('close', () => dialog.remove())
  // A press beside the list is one on the dialog itself.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  render(
    content(enabled, change, () => dialog.close()),
    dialog,
  )
  root.append(dialog)
  dialog.showModal()
}

function content(enabled: boolean, change: (enabled: boolean) => void, close: () => void): TemplateResult {
  return html`<div class="top">
      <h2 id="key-list">Keys</h2>
      <button type="button" autofocus @click=${close}>Close</button>
    </div>
    ${KEYS.map(
      ([place, keys]) =>
        html`<h3>${place}</h3>
          <dl>
            ${keys.map(
              ([key, meaning]) =>
                html`<dt>${key.split(' ').map((name) => html`<kbd>${name}</kbd> `)}</dt>
                  <dd>${meaning}</dd>`,
            )}
          </dl>`,
    )}
    <label>
      <input
        type="checkbox"
        .checked=${enabled}
        @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
      />
      Single keys work anywhere on this page
    </label>`
}

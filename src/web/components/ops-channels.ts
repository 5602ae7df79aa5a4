import { css, html, nothing, type TemplateResult } from 'lit'
import type { ChannelRecord, ChannelState } from '../../bus/protocol.js'
import { toDuration, toSince } from '../format.js'
import type { LiveStore } from '../live-store.js'
import { curlButton, curlButtonStyles } from './curl-button.js'
import { panelStyles } from './panel-styles.js'
import { StreamElement } from './stream-element.js'
import { tokens } from './tokens.js'

const TONES: Record<ChannelState, string> = {
  connected: '',
  connecting: 'warn',
  disconnected: 'error',
  error: 'error',
}

/**
 * The messaging adapters, each with its state and since when.
 *
 * @csspart base the panel
 * @csspart heading its heading line
 * @csspart curl the button that copies a line for a terminal
 * @csspart card one channel
 */
export class OpsChannels extends StreamElement {
  static override styles = [
    tokens,
    panelStyles,
    curlButtonStyles,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(220px, 100%), 1fr));
        gap: 8px;
        margin: 0;
        padding: 2px 14px 14px;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        column-gap: 9px;
        min-height: 54px;
        padding: 8px 11px;
        border: 1px solid var(--_line);
        border-radius: 7px;
        white-space: nowrap;
      }
      .name,
      small {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      small {
        grid-column: 2/-1;
        color: var(--_muted);
        font-size: 12px;
        line-height: 16px;
      }
      .blank {
        margin: 0;
        padding: 6px 14px;
        color: var(--_muted);
        font-size: 12.5px;
      }
    `,
  ]

  constructor() {
    super(['channels'], true)
  }

  override render(): TemplateResult {
    const { store } = this.feed
    const channels = store?.view.channels
    const connected = channels?.filter(({ state }) => state === 'connected').length ?? 0
    return html`<section class="panel" part="base" aria-labelledby="title">
      <div class="head" part="heading">
        <h2 id="title">Channels</h2>
        <span class="finding values"
          >${channels && channels.length > 0 ? `${connected} of ${channels.length} connected` : nothing}</span
        >
        <span class="end">${curlButton(this.feed.stream, (lines, feed) => lines.channels(feed))}</span>
      </div>
      <div class="scroll values" tabindex="0" role="group" aria-labelledby="title">
        ${
          store && channels?.length === 0
            ? html`<p class="blank">No channels reported</p>`
            : html`<ul aria-busy=${channels === undefined}>
                ${
                  store && channels
                    ? [...channels].sort(byName).map((channel) => card(channel, store))
                    : [1, 2, 3].map(() => html`<li aria-hidden="true"><span></span><i class="bone"></i></li>`)
                }
              </ul>`
        }
      </div>
    </section>`
  }
}

const byName = (a: ChannelRecord, b: ChannelRecord) =>
  a.name.localeCompare(b.name) || a.instance.localeCompare(b.instance)

function card(channel: ChannelRecord, store: LiveStore): TemplateResult {
  const { name, kind, state, since, detail } = channel
  const tone = TONES[state]
  // How long a trouble lasts matters more than when it began.
  const when = tone === '' ? `since ${toSince(since, store.now())}` : `for ${toDuration(store.since(since))}`
  const more = detail ?? (kind === name ? undefined : kind)
  const words = more === undefined ? when : `${when} · ${more}`
  return html`<li part="card" title="${kind} on ${channel.instance}">
    <i class="dot ${tone}"></i><bdi class="name">${name}</bdi><span class=${tone || 'muted'}>${state}</span>
    <small title=${words}>${when}${more === undefined ? nothing : html` · <bdi>${more}</bdi>`}</small>
  </li>`
}

declare global {
  interface HTMLElementTagNameMap {
    'ops-channels': OpsChannels
  }
}

import { html, nothing, type TemplateResult } from 'lit'
import { toCompact } from '../format.js'
import { LEVEL_GROUPS, type LevelGroup, type LogView } from '../log-book.js'
import { COPY, DONE, DOWNLOAD, PAUSE, TERMINAL, WRAP } from './icons.js'

export interface ToolbarState {
  log: LogView | undefined
  levels: ReadonlySet<LevelGroup>
  source: string | undefined
  requestId: string | undefined
  text: string
  /** Why the text is no filter. */
  fault: string | undefined
  /** How many lines the filter shows, of how many; absent without one. */
  finding: string
  status: string
  paused: boolean
  wrap: boolean
  copied: boolean
  shortcuts: boolean
}

export interface ToolbarActions {
  toggleLevel: (group: LevelGroup) => void
  chooseSource: (source: string) => void
  typeText: (text: string) => void
  showAllRequests: () => void
  togglePause: () => void
  toggleWrap: () => void
  /** A tool may be used next. */
  prepare: () => void
  copy: () => void
  copyCurl: () => void
  download: () => void
}

/** The heading of the log: what it shows, filters, tools. */
export function logToolbar(state: ToolbarState, actions: ToolbarActions): TemplateResult {
  const { log, requestId } = state
  return html`<div class="head bar" part="heading">
    <h2 id="title">Events</h2>
    <span class="finding values">${state.finding}</span>
    <span class="end">
      <span class="chips" role="group" aria-label="Levels shown">
        ${LEVEL_GROUPS.map((group) => levelChip(group, log?.counts[group], state, actions))}
      </span>
      ${
        requestId === undefined
          ? nothing
          : html`<button
              type="button"
              class="chip only"
              aria-pressed="true"
              title="Only lines of request ${requestId}; press to show all"
              @click=${actions.showAllRequests}
            >
              request ${requestId} ✕
            </button>`
      }
      ${sourceChoice(state, actions)} ${textField(state, actions)}
      <span class="tail">${state.status}</span>
      ${tools(state, actions)}
    </span>
  </div>`
}

const DOTS: Partial<Record<LevelGroup, string>> = { warn: 'warn', error: 'error' }

function levelChip(
  group: LevelGroup,
  count: number | undefined,
  { levels }: ToolbarState,
  { toggleLevel }: ToolbarActions,
): TemplateResult {
  // The feed sends debug lines only when its address asks for them.
  const isAbsent = group === 'debug' && (count ?? 0) === 0
  const dot = DOTS[group]
  return html`<button
    type="button"
    class="chip ${group}"
    aria-pressed=${isAbsent ? 'false' : String(levels.has(group))}
    ?disabled=${isAbsent}
    title=${isAbsent ? 'No debug lines in this feed; add ?level=debug to its address' : ''}
    @click=${() => toggleLevel(group)}
  >
    ${dot ? html`<i class="dot ${dot}"></i>` : nothing}${group}${
      isAbsent ? nothing : html`<span class="count">${count ? toCompact(count) : nothing}</span>`
    }
  </button>`
}

function sourceChoice({ log, source }: ToolbarState, { chooseSource }: ToolbarActions): TemplateResult {
  const held = log?.sources ?? []
  // A source that is chosen stays in the list when its last line has gone.
  return html`<select
    class=${source === undefined ? '' : 'set'}
    aria-label="Source"
    @change=${(event: Event) => chooseSource((event.target as HTMLSelectElement).value)}
  >
    ${['', ...(source === undefined || held.includes(source) ? held : [source, ...held])].map(
      (name) =>
        html`<option value=${name} .selected=${name === (source ?? '')}>${name || 'All sources'}</option>`,
    )}
  </select>`
}

function textField({ text, fault, shortcuts }: ToolbarState, { typeText }: ToolbarActions): TemplateResult {
  const onKeydown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && text !== '') typeText('')
  }
  return html`<span class="field">
    <input
      type="search"
      part="filter"
      aria-label="Filter by text or /regular expression/"
      aria-keyshortcuts=${shortcuts ? '/' : nothing}
      aria-invalid=${fault === undefined ? 'false' : 'true'}
      aria-describedby=${fault === undefined ? nothing : 'fault'}
      placeholder="Filter text or /regex/"
      autocomplete="off"
      spellcheck="false"
      .value=${text}
      @input=${(event: Event) => typeText((event.target as HTMLInputElement).value)}
      @keydown=${onKeydown}
    />${shortcuts && text === '' ? html`<kbd aria-hidden="true">/</kbd>` : nothing}
    ${
      fault === undefined
        ? nothing
        : html`<span class="fault" id="fault" part="fault" role="alert">${fault}</span>`
    }
  </span>`
}

function tools(state: ToolbarState, actions: ToolbarActions): TemplateResult {
  return html`<span
    class="tools"
    role="group"
    aria-label="Log"
    @pointerenter=${actions.prepare}
    @focusin=${actions.prepare}
  >
    ${tool(PAUSE, state.paused ? 'Resume the log' : 'Pause the log', actions.togglePause, state.paused)}
    ${tool(WRAP, 'Wrap long lines', actions.toggleWrap, state.wrap)}
    ${tool(state.copied ? DONE : COPY, state.copied ? 'Copied' : 'Copy selected lines, or those in sight', actions.copy)}
    ${tool(TERMINAL, 'Copy as curl: a line for a terminal that prints what the filter shows', actions.copyCurl)}
    ${tool(DOWNLOAD, 'Download as NDJSON what the filter shows', actions.download)}
  </span>`
}

/** What is selected in the log is what a tool is for. */
const keepSelection = (event: Event) => event.preventDefault()

function tool(icon: string, label: string, action: () => void, pressed?: boolean): TemplateResult {
  return html`<button
    type="button"
    class="tool"
    part="tool"
    aria-label=${label}
    title=${label}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    @mousedown=${keepSelection}
    @click=${action}
  >
    <svg viewBox="0 0 14 14" aria-hidden="true"><path d=${icon}></path></svg>
  </button>`
}

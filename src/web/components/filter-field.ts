import { css, html, type TemplateResult } from 'lit'

interface FilterField {
  value: string
  /** What is filtered, for those who do not see it. */
  label: string
  hint: string
  change: (value: string) => void
}

/** The field in a panel's heading that filters its rows. Escape empties it. */
export function filterField({ value, label, hint, change }: FilterField): TemplateResult {
  return html`<input
    class="filter"
    part="filter"
    type="search"
    spellcheck="false"
    autocomplete="off"
    placeholder="Filter"
    aria-label=${label}
    title=${hint}
    .value=${value}
    @input=${(event: InputEvent) => change((event.target as HTMLInputElement).value)}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== 'Escape' || value === '') return
      event.stopPropagation()
      change('')
    }}
  />`
}

export const filterFieldStyles = css`
  .filter {
    width: 132px;
    height: 24px;
    padding: 0 8px;
    border: 1px solid var(--_line);
    border-radius: 6px;
    background: var(--_surface);
    color: var(--_fg);
    font: inherit;
  }
  .filter::placeholder {
    color: var(--_faint);
  }
  .filter:not(:placeholder-shown) {
    border-color: var(--_accent);
  }
  @container (max-width: 520px) {
    .filter {
      width: 92px;
    }
  }
`

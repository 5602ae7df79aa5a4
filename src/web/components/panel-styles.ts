import { css } from 'lit'

/** A framed panel with a heading that tells the finding, and the tables inside it. */
export const panelStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    container-type: inline-size;
  }
  .panel {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-width: 0;
    min-height: 0;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    overflow: hidden;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 36px;
    padding: 8px 14px 6px;
    font-size: 12px;
    line-height: 18px;
    white-space: nowrap;
  }
  h2 {
    margin: 0;
    font: inherit;
    font-weight: 600;
    letter-spacing: 0.01em;
  }
  .finding {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--_muted);
  }
  .end {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-left: auto;
    color: var(--_muted);
  }
  .scroll {
    flex: 1;
    min-height: 0;
    overflow: hidden auto;
    scrollbar-width: thin;
    scrollbar-color: var(--_line) transparent;
  }
  .scroll:focus-visible {
    outline-offset: -2px;
  }
  table {
    width: 100%;
    border-collapse: separate;
    border-spacing: 0;
    table-layout: fixed;
    font-size: 12.5px;
  }
  th,
  td {
    padding: 0 14px 0 0;
    text-align: right;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
    font-weight: 400;
  }
  thead th {
    position: sticky;
    top: 0;
    z-index: 1;
    height: 29px;
    background: var(--_surface);
    border-bottom: 1px solid var(--_line);
    color: var(--_muted);
    font-size: 12px;
  }
  tbody :is(td, th) {
    height: 28px;
    border-bottom: 1px solid var(--_line);
  }
  tbody tr:last-child :is(td, th) {
    border-bottom: 0;
  }
  :is(th, td):first-child {
    padding-left: 14px;
  }
  :is(th, td).left,
  :is(th, td):first-child {
    text-align: left;
  }
  .unloaded {
    margin: 0;
    padding: 10px 14px;
    color: var(--_muted);
    white-space: normal;
  }
  /* A note in place of a row. Spanning columns that are hidden would bring them back, empty. */
  td.over {
    overflow: visible;
  }
  td.blank {
    height: 56px;
    color: var(--_muted);
    text-align: left;
  }
  .tag {
    display: inline-block;
    padding: 0 6px;
    border-radius: 4px;
    font-size: 11px;
    line-height: 17px;
    background: var(--_accent-dim);
    color: var(--_accent);
  }
  .tag.warn {
    background: var(--_warn-dim);
    color: var(--_warn);
  }
  @media print {
    .panel,
    tr {
      break-inside: avoid;
    }
    .scroll {
      max-height: none !important;
      overflow: visible;
    }
    thead th {
      position: static;
    }
    .end button,
    .end input,
    .end select,
    kbd {
      display: none !important;
    }
  }
  .tag.error {
    background: var(--_error-dim);
    color: var(--_error);
  }
`

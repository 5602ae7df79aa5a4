import { css } from 'lit'

/** The line above the rows. */
export const logToolbarStyles = css`
  .bar {
    flex-wrap: wrap;
    row-gap: 6px;
    /* As high as the other headings, whose text is lower than these fields. */
    padding-block: 6px;
  }
  .bar h2,
  .bar .finding {
    flex: none;
  }
  .bar .end {
    flex: 1;
    justify-content: flex-end;
    min-width: 0;
  }
  .chips {
    display: flex;
    gap: 8px;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    padding: 0 4px 0 9px;
    border-radius: 12px;
    font-size: 12px;
    line-height: 20px;
    color: var(--_muted);
    background: none;
  }
  .chip:is(:disabled, .only) {
    padding-right: 9px;
  }
  .chip[aria-pressed='true'] {
    color: var(--_fg);
    background: var(--_raise);
  }
  .chip[aria-pressed='false'] {
    text-decoration: line-through;
  }
  .chip:disabled {
    cursor: default;
    text-decoration: none;
  }
  .chip .dot {
    margin-right: 6px;
    width: 6px;
    height: 6px;
  }
  /* Room for what may still come: a count that grows moves nothing. */
  .count {
    min-width: 3.4ch;
    margin-left: 5px;
    text-align: left;
  }
  .only {
    max-width: 22ch;
    overflow: hidden;
    text-overflow: ellipsis;
    font-family: var(--_mono);
    text-decoration: none;
  }
  .field {
    position: relative;
    flex: 0 1 200px;
    min-width: 120px;
  }
  :is(input, select) {
    height: 24px;
    border: 1px solid var(--_line);
    border-radius: 6px;
    font: 12px/22px var(--_font);
    color: var(--_fg);
    background: var(--_bg);
  }
  input {
    width: 100%;
    padding: 0 26px 0 8px;
  }
  input::placeholder {
    color: var(--_faint);
    opacity: 1;
  }
  input[aria-invalid='true'] {
    border-color: var(--_error);
  }
  input::-webkit-search-cancel-button {
    display: none;
  }
  select {
    width: 108px;
    padding: 0 4px;
    color: var(--_muted);
  }
  select.set {
    color: var(--_fg);
  }
  kbd {
    position: absolute;
    right: 5px;
    top: 4px;
    width: 16px;
    border: 1px solid var(--_line);
    border-radius: 4px;
    text-align: center;
    font: 10px/14px var(--_mono);
    color: var(--_faint);
    pointer-events: none;
  }
  .fault {
    position: absolute;
    z-index: 2;
    top: 28px;
    right: 0;
    width: max-content;
    max-width: min(320px, 80cqi);
    padding: 4px 10px;
    border: 1px solid var(--_error);
    border-radius: 6px;
    background: var(--_surface);
    box-shadow: var(--_float);
    white-space: normal;
    color: var(--_error);
  }
  .tail {
    flex: none;
    width: 9ch;
    text-align: right;
  }
  .tools {
    display: flex;
    gap: 2px;
  }
  .tool[aria-pressed='true'] {
    color: var(--_fg);
    background: var(--_raise);
    border-color: var(--_line);
  }
  @container (max-width: 860px) {
    .bar .end {
      flex: 1 0 100%;
      flex-wrap: wrap;
      justify-content: flex-start;
    }
    .tail {
      display: none;
    }
    .field {
      flex: 1 1 120px;
    }
  }
  @container (max-width: 520px) {
    .bar {
      column-gap: 6px;
    }
    .bar .end {
      display: contents;
    }
    .tools {
      order: 1;
      margin-left: auto;
    }
    .chips,
    .only,
    select,
    .field {
      order: 2;
    }
    .chips {
      flex: 1 0 100%;
    }
    .tool {
      width: 32px;
      height: 30px;
    }
    :is(input, select) {
      height: 32px;
      /* Below this size phones zoom into a field that is tapped. */
      font-size: 16px;
    }
    select {
      width: 132px;
    }
    kbd,
    .chip.debug:disabled {
      display: none;
    }
  }
`

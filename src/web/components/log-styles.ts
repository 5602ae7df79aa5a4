import { css } from 'lit'

/** The log's rows and what lies over them. */
export const logStyles = css`
  .frame {
    position: relative;
    flex: 1;
    border-top: 1px solid var(--_line);
  }
  .log {
    position: relative;
    contain: layout paint style;
    height: 100%;
    min-height: var(--ops-log-height, 255px);
    max-height: var(--ops-log-height, 255px);
    padding: 2px 0 8px;
    overflow: hidden scroll;
    /* Whoever changes what is above corrects the place as well, in browsers without anchoring too. */
    overflow-anchor: none;
    scrollbar-width: thin;
    scrollbar-color: var(--_line) transparent;
    font: 12px/19px var(--_mono);
  }
  .log:focus-visible {
    outline-offset: -2px;
  }
  .block {
    min-block-size: 1900px;
    content-visibility: auto;
    contain-intrinsic-size: auto none auto 1900px;
  }
  /* The tail is always laid out, so that following it costs nothing and print and pictures show it. */
  .block:is(.near, :nth-last-child(-n + 2)) {
    content-visibility: visible;
  }
  :is(.row, .note) {
    position: relative;
    height: 19px;
    padding: 0 14px;
    white-space: pre;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .wrap .row,
  .row.open {
    height: auto;
    min-height: 19px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  /* What goes on below hangs in a little. */
  .wrap .row:not(.gap),
  .row.open {
    padding-left: 38px;
    text-indent: -24px;
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
  .row:focus:not(.warn, .error) {
    background: var(--_raise);
  }
  .note[hidden] {
    display: none;
  }
  .time {
    color: var(--_faint);
  }
  .level {
    display: inline-block;
    min-width: 7ch;
    text-indent: 0;
  }
  .level,
  .source,
  .fields,
  .request {
    color: var(--_muted);
  }
  .request {
    padding: 0;
    text-indent: 0;
    border: 0;
    background: none;
    font: inherit;
    text-decoration: underline dotted;
    text-underline-offset: 3px;
  }
  .request:hover:not(:disabled) {
    color: var(--_accent);
    background: none;
  }
  /* Text that is written from right to left, or says it is, orders itself and not the rest of the line. */
  .source,
  .message,
  .fields,
  .request {
    unicode-bidi: isolate;
  }
  .row.warn {
    color: var(--_fg);
    background: var(--_warn-dim);
  }
  .row.error {
    color: var(--_fg);
    background: var(--_error-dim);
  }
  /* A mark of its own shape, for those who see no difference between the colours. */
  .row:is(.warn, .error)::before {
    content: '■' / '';
    position: absolute;
    left: 4px;
    font-size: 7px;
    color: var(--_warn);
  }
  .row.error::before {
    content: '◆' / '';
    left: 3px;
    font-size: 9px;
    color: var(--_error);
  }
  :is(.warn, .error) .time {
    color: var(--_muted);
  }
  .warn .level {
    color: var(--_warn);
  }
  .error .level {
    color: var(--_error);
  }
  mark {
    border-radius: 2px;
    color: inherit;
    background: var(--_accent-dim);
    box-shadow: 0 0 0 1px var(--_accent);
  }
  .gap {
    border-block: 1px dashed var(--_line);
    color: var(--_muted);
    font-family: var(--_font);
    line-height: 17px;
  }
  .head-note {
    border-top-color: transparent;
  }
  .note.skipped {
    position: sticky;
    top: 0;
    z-index: 1;
    margin-bottom: -19px;
    background: var(--_surface);
  }
  .pill {
    position: absolute;
    left: 50%;
    bottom: 10px;
    transform: translateX(-50%);
    padding: 0 12px;
    border-radius: 13px;
    background: var(--_raise);
    box-shadow: var(--_float);
    font-size: 12px;
    line-height: 24px;
  }
  .bones {
    position: absolute;
    inset: 0;
    display: grid;
    align-content: start;
    gap: 9px;
    padding: 8px 14px;
  }
  .bones .bone {
    max-width: 420px;
  }
  .blank {
    position: absolute;
    inset: 0 0 auto;
    display: flex;
    gap: 10px;
    align-items: center;
    margin: 0;
    padding: 8px 14px;
    color: var(--_muted);
    font-size: 12.5px;
  }
  @media print {
    .log {
      max-height: none;
      overflow: visible;
    }
    .pill,
    .skipped,
    .block:not(.near, :nth-last-child(-n + 2)) {
      display: none;
    }
  }
`

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
  .tool {
    display: grid;
    place-items: center;
    width: 26px;
    height: 24px;
    padding: 0;
    border-color: transparent;
    background: none;
    color: var(--_muted);
  }
  .tool[aria-pressed='true'] {
    color: var(--_fg);
    background: var(--_raise);
    border-color: var(--_line);
  }
  .tool svg {
    width: 14px;
    height: 14px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.4;
    stroke-linecap: round;
    stroke-linejoin: round;
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

import { css } from 'lit'

/** The log's rows. */
export const logRowStyles = css`
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
`

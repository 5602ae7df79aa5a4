import { css } from 'lit'

/** The log's frame and what lies over its rows. */
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
  .note[hidden] {
    display: none;
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
  :is(.blank, .unloaded) {
    position: absolute;
    inset: 0 0 auto;
  }
  .blank {
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

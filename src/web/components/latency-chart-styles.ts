import { css } from 'lit'

/** The frame of the latency chart, as high without its drawing as with it. */
export const latencyChartStyles = css`
  .panel {
    min-height: 238px;
  }
  .legend {
    gap: 4px;
    margin-right: -6px;
  }
  .key {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 24px;
    margin: -3px 0;
    padding: 0 6px;
    border: 0;
    background: none;
    color: var(--_muted);
  }
  .key[aria-pressed='false'] {
    text-decoration: line-through;
  }
  .key[aria-pressed='false'] i {
    opacity: 0.4;
  }
  .key i {
    width: 14px;
    border-top: 2px solid;
  }
  i.p50 {
    border-color: var(--_accent);
  }
  i.p95 {
    border-color: var(--_warn);
  }
  i.p99 {
    border-color: var(--_warn);
    border-top-style: dotted;
  }
  i.first {
    border-color: var(--_muted);
    border-top-style: dashed;
  }
  .chart {
    position: relative;
    flex: 1;
    min-height: 190px;
    margin: 2px 0 8px;
  }
  .plot {
    position: absolute;
    inset: 0;
    border: 0 solid var(--_line);
    color: var(--_faint);
  }
  /* Too short to be seen: its end tells that the theme has changed. */
  .plot,
  .key i {
    transition:
      color 1ms,
      border-color 1ms;
  }
  .unloaded,
  .blank {
    position: absolute;
    inset: 0;
    display: flex;
    flex-wrap: wrap;
    align-content: center;
    align-items: center;
    justify-content: center;
    gap: 8px;
    margin: 0;
    padding: 0 14px;
    color: var(--_muted);
    font-size: 12.5px;
    text-align: center;
    pointer-events: none;
  }
  .unloaded {
    pointer-events: auto;
  }
  @container (max-width: 460px) {
    .head {
      flex-wrap: wrap;
      row-gap: 2px;
    }
    .legend {
      flex: 1 0 100%;
      margin-left: -6px;
    }
  }
`

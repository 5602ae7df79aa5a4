import { css } from 'lit'

/** What uPlot's own style sheet says of the parts that are used here, and the figures at the cursor. */
export const latencyPlotStyles = css`
  .slider {
    position: absolute;
    inset: 0;
    border-radius: 4px;
  }
  .slider:focus-visible {
    outline-offset: -2px;
  }
  .u-wrap {
    position: relative;
    user-select: none;
  }
  .u-over,
  .u-under,
  .u-axis {
    position: absolute;
  }
  .u-under {
    overflow: hidden;
  }
  .uplot canvas {
    display: block;
    position: relative;
    width: 100%;
    height: 100%;
  }
  .u-cursor-x,
  .u-cursor-pt {
    position: absolute;
    left: 0;
    top: 0;
    pointer-events: none;
  }
  .u-cursor-x {
    height: 100%;
    border-right: 1px solid var(--_faint);
  }
  .u-cursor-pt {
    border-radius: 50%;
    border: 0 solid;
    background-clip: padding-box !important;
  }
  .u-off {
    display: none;
  }
  .tip {
    position: absolute;
    z-index: 1;
    top: 0;
    left: 0;
    display: grid;
    padding: 5px 10px;
    border: 1px solid var(--_line);
    border-radius: 6px;
    background: var(--_raise);
    box-shadow: var(--_float);
    color: var(--_muted);
    font-size: 12px;
    line-height: 18px;
    white-space: nowrap;
    pointer-events: none;
  }
  .tip[hidden] {
    display: none;
  }
  .tip b {
    color: var(--_fg);
    font-weight: 500;
  }
  .tip p {
    display: flex;
    justify-content: space-between;
    gap: 14px;
    margin: 0;
  }
  .tip span {
    color: var(--_fg);
  }
`

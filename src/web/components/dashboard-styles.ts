import { css } from 'lit'

/** The header and the grid of panels. */
export const dashboardStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    min-height: 100%;
    background: var(--_bg);
  }
  header {
    position: sticky;
    top: 0;
    z-index: 2;
    display: flex;
    align-items: center;
    gap: 14px;
    height: 48px;
    /* In line with the panels on a wide screen. */
    padding: 0 max(20px, (100% - 1760px) / 2 + 20px);
    background: var(--_surface);
    border-bottom: 1px solid var(--_line);
    white-space: nowrap;
  }
  /* The service's name alone gives way. */
  header > * {
    flex: none;
  }
  .mark {
    display: flex;
    align-items: center;
    gap: 9px;
    margin: 0;
    font-size: 14px;
    font-weight: 600;
    letter-spacing: -0.01em;
  }
  .mark svg {
    width: 18px;
    height: 18px;
    fill: none;
    stroke: var(--_accent);
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  header > .service {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--_muted);
  }
  .service .title {
    color: var(--_fg);
    font-weight: 500;
  }
  .badge {
    max-width: 20ch;
    overflow: hidden;
    text-overflow: ellipsis;
    padding: 0 7px;
    border: 1px solid var(--_line);
    border-radius: 4px;
    color: var(--_muted);
    font-size: 11px;
    line-height: 18px;
  }
  header > .grow {
    flex: 1;
  }
  .paused {
    padding: 0 8px;
    border-radius: 4px;
    background: var(--_accent-dim);
    color: var(--_accent);
    line-height: 22px;
  }
  .pause {
    min-width: 72px;
  }
  .keys {
    min-width: 28px;
    padding-inline: 0;
    color: var(--_muted);
  }
  .guide {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: center;
    gap: 6px;
    min-height: 386px;
    padding: 20px 28px;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
  }
  /* The header has it. */
  ops-models::part(windows) {
    display: none;
  }
  main {
    display: grid;
    grid-template-columns: repeat(12, minmax(0, 1fr));
    gap: 14px;
    max-width: 1760px;
    margin: auto;
    padding: 16px 20px 6px;
  }
  ops-counters,
  .guide,
  .process {
    grid-column: 1 / -1;
  }
  ops-latency-chart,
  ops-requests {
    grid-column: span 5;
  }
  ops-models,
  ops-calls {
    grid-column: span 7;
  }
  ops-events {
    grid-column: span 9;
    /* Takes what a tall screen has left below the other panels. */
    --ops-log-height: max(255px, 100vh - 810px);
  }
  /* Whole rows: at the tail no line is cut in half. */
  @supports (height: round(down, 100px, 19px)) {
    ops-events {
      --ops-log-height: calc(max(247px, round(down, 100vh - 818px, 19px)) + 8px);
    }
  }
  ops-channels {
    grid-column: span 3;
    /* As high as the log beside it; many channels scroll. */
    contain: size;
  }
  .drawer {
    position: fixed;
    z-index: 3;
    /* Below the header: how the connection is stays in sight. */
    inset: 48px 0 0 auto;
    width: min(520px, 100%);
    box-shadow: var(--_float);
  }
  @media print {
    header {
      position: static;
    }
    .windows,
    .pause,
    .keys,
    .drawer,
    .guide {
      display: none;
    }
    main {
      display: block;
      padding: 0;
    }
    main > * {
      margin-top: 10px;
      --ops-rows-height: auto;
    }
    ops-channels {
      contain: none;
    }
  }
  @container (max-width: 1100px) {
    main {
      grid-template-columns: minmax(0, 1fr);
    }
    main > * {
      grid-column: 1 !important;
    }
    ops-events {
      --ops-log-height: 255px;
    }
    ops-channels {
      contain: none;
    }
  }
  @container (max-width: 900px) {
    .instance,
    .badge,
    .crowded .name,
    .crowded .windows {
      display: none;
    }
  }
  @container (max-width: 640px) {
    .drawer {
      top: 0;
    }
    header {
      gap: 10px;
      padding: 0 12px;
    }
    main {
      padding: 12px;
    }
    ops-models::part(windows) {
      display: flex;
    }
    .windows,
    .crowded .service,
    .paused ~ ops-connection::part(detail) {
      display: none;
    }
    header > .paused {
      flex: 0 1 auto;
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
    }
  }
`

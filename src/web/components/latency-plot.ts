import uPlot from 'uplot'
import type { Series } from '../../bus/protocol.js'
import { toClockTime, toLatency } from '../format.js'
import { toScaleLabels, toScaleSteps, toScaleTop } from './chart-scale.js'
import { latencyPlotStyles } from './latency-plot-styles.js'
import { columnOf } from './series-figures.js'
import type { LatencyLine } from './latency-lines.js'

export const styles = [latencyPlotStyles]

const FONT_SIZE = 11
const AXIS_WIDTH = 54
const AXIS_HEIGHT = 20
/** Pixels between two labels of the time axis, at least. */
const TIME_SPACE = 64
const MINUTE = 60_000
/** Points that one press of Page Up or Page Down goes: a minute. */
const PAGE = 20

type Row = readonly (number | null)[]

interface Colors {
  text: string
  grid: string
  lines: readonly string[]
}

/** The lines of latency over time, with a figure for each under the pointer or the keys. */
export class LatencyPlot {
  readonly #place: HTMLElement
  readonly #lines: readonly LatencyLine[]
  readonly #swatches: () => readonly Element[]
  readonly #plot: uPlot
  readonly #slider = document.createElement('div')
  readonly #tip = document.createElement('div')
  readonly #resized = new ResizeObserver(() => this.#resize())
  #times: readonly number[] = []
  #columns: readonly Row[] = []
  #colors: Colors

  /**
   * @param place holds the drawing, and says how large it is
   * @param swatches an element for each line whose border has the line's colour
   */
  constructor(place: HTMLElement, lines: readonly LatencyLine[], swatches: () => readonly Element[]) {
    this.#place = place
    this.#lines = lines
    this.#swatches = swatches
    this.#colors = this.#readColors()
    this.#slider.className = 'slider'
    this.#tip.className = 'tip'
    this.#tip.hidden = true
    this.#tip.setAttribute('part', 'tip')
    place.append(this.#slider, this.#tip)
    this.#plot = new uPlot(this.#options(), [[], ...lines.map(() => [])], this.#slider)
    Object.assign(this.#slider, { role: 'slider', tabIndex: 0, ariaLabel: 'Time', ariaValueMin: '0' })
    this.#slider.addEventListener('keydown', this.#onKey)
    this.#slider.addEventListener('blur', () => this.#leave())
    this.#tell()
    this.#resized.observe(place)
  }

  /** Draws a series of points. Lines that are not `shown` are left out, also of the scale. */
  show(series: Series, shown: readonly boolean[]): void {
    this.#columns = this.#lines.map(({ column }) => columnOf(series, column))
    this.#times = this.#columns[0]!.map((_, index) => series.from + index * series.step)
    this.#colors = this.#readColors()
    this.#plot.batch(() => {
      shown.forEach((show, index) => {
        if (this.#plot.series[index + 1]!.show !== show) this.#plot.setSeries(index + 1, { show })
      })
      this.#plot.setData([[...this.#times], ...this.#columns.map((column) => [...column])])
    })
    this.#tell()
  }

  /** Draws again when the theme has changed. */
  recolor(): void {
    this.#colors = this.#readColors()
    this.#plot.redraw(false)
  }

  destroy(): void {
    this.#resized.disconnect()
    this.#plot.destroy()
    this.#slider.remove()
    this.#tip.remove()
  }

  #options(): uPlot.Options {
    const font = `${FONT_SIZE}px ${getComputedStyle(this.#place).fontFamily}`
    const axis = { font, stroke: () => this.#colors.text, ticks: { show: false } }
    return {
      ...this.#size(),
      ms: 1,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false }, points: { size: 7 } },
      hooks: { setCursor: [() => this.#tell()] },
      scales: {
        x: { range: () => this.#span() },
        y: { range: (_plot, _min, max) => [0, toScaleTop(max ?? 0)] },
      },
      axes: [
        {
          ...axis,
          size: AXIS_HEIGHT,
          gap: 6,
          space: TIME_SPACE,
          incrs: [1, 2, 5].map((minutes) => minutes * MINUTE),
          grid: { show: false },
          values: (_plot, times) => times.map((time) => toClockTime(time).slice(0, 5)),
        },
        {
          ...axis,
          size: AXIS_WIDTH,
          gap: 8,
          grid: { stroke: () => (this.#isEmpty ? '#0000' : this.#colors.grid), width: 1 },
          splits: (_plot, _index, _min, top) => toScaleSteps(top),
          values: (_plot, steps) => (this.#isEmpty ? steps.map(() => '') : toScaleLabels(steps)),
        },
      ],
      series: [
        {},
        ...this.#lines.map(({ width, dash }, index): uPlot.Series => {
          const stroke = () => this.#colors.lines[index]!
          const points = { show: true, size: 4, fill: stroke, filter: () => this.#lonePoints(index) }
          return { stroke, width, points, ...(dash && { dash: [...dash] }) }
        }),
      ],
    }
  }

  /** Ten minutes up to the newest point, however few there are. */
  #span(): [number, number] {
    const end = this.#times.at(-1) ?? Date.now()
    return [end - 10 * MINUTE, end]
  }

  get #isEmpty(): boolean {
    return this.#columns.every((column) => column.every((value) => value === null))
  }

  /** Points without neighbours, which no line would show. */
  #lonePoints(index: number): number[] {
    const column = this.#columns[index]!
    const isHole = (at: number) => (column[at] ?? null) === null
    return column.flatMap((_, at) => (!isHole(at) && isHole(at - 1) && isHole(at + 1) ? [at] : []))
  }

  #readColors(): Colors {
    const { color, borderTopColor } = getComputedStyle(this.#place)
    const lines = this.#swatches().map((swatch) => getComputedStyle(swatch).borderTopColor)
    return { text: color, grid: borderTopColor, lines }
  }

  #size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#place
    return { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) }
  }

  #resize(): void {
    if (this.#place.clientWidth > 0) this.#plot.setSize(this.#size())
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const last = this.#times.length - 1
    const at = this.#plot.cursor.idx ?? last + 1
    const targets: Record<string, number | undefined> = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - PAGE,
      PageUp: at + PAGE,
      Home: 0,
      End: last,
    }
    const target = targets[event.key]
    if (event.key === 'Escape') return this.#leave()
    if (target === undefined || last < 0) return
    event.preventDefault()
    const time = this.#times[Math.min(last, Math.max(0, target))]!
    this.#plot.setCursor({ left: this.#plot.valToPos(time, 'x'), top: 0 })
  }

  #leave(): void {
    this.#plot.setCursor({ left: -10, top: -10 })
  }

  /** Says the figures under the cursor, or else the newest. */
  #tell(): void {
    const last = this.#times.length - 1
    const index = this.#plot?.cursor.idx ?? undefined
    const at = index ?? last
    const figures = this.#lines.flatMap(({ name }, line) =>
      this.#plot?.series[line + 1]?.show === false
        ? []
        : [[name, toLatency(this.#columns[line]?.[at])] as const],
    )
    Object.assign(this.#slider, {
      ariaValueMax: String(Math.max(0, last)),
      ariaValueNow: String(Math.max(0, at)),
      ariaValueText:
        last < 0
          ? 'no data'
          : [toClockTime(this.#times[at]), ...figures.map((words) => words.join(' '))].join(', '),
    })
    this.#tip.hidden = index === undefined
    if (index === undefined) return
    this.#tip.replaceChildren(
      toElement('b', toClockTime(this.#times[index])),
      ...figures.map(([name, value]) => toElement('p', name, toElement('span', value))),
    )
    this.#moveTip()
  }

  /** Beside the cursor, on the side where there is room. */
  #moveTip(): void {
    const left = AXIS_WIDTH + (this.#plot.cursor.left ?? 0)
    const width = this.#tip.offsetWidth
    const x = left + 12 + width > this.#place.clientWidth ? left - 12 - width : left + 12
    this.#tip.style.setProperty('transform', `translate(${Math.max(0, Math.round(x))}px, 8px)`)
  }
}

function toElement(name: string, ...content: (Node | string)[]): HTMLElement {
  const element = document.createElement(name)
  element.append(...content)
  return element
}

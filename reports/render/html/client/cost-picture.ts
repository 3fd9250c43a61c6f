import type { ChartOf } from '../../../charts/chart-types.ts'
import { band, CHART_MARGIN, dashOf, FONT_PX, faint, grid, ink, legendPlaces, seriesColor } from '../chart-look.ts'

/** One SVG element of a chart. Its text is text content, never markup. */
export interface Shape {
  readonly name: 'line' | 'rect' | 'polyline' | 'path' | 'text'
  readonly attributes: Readonly<Record<string, string | number>>
  readonly text?: string
}

const PLOT_HEIGHT = 190
const LEGEND_ROW = 22
const { left: LEFT, bottom: BOTTOM } = CHART_MARGIN

/** The cost chart as shapes in chart coordinates of a width, with a dotted line at a utilisation (0 to 1). */
export function costPicture(
  chart: ChartOf<'lines'>,
  utilisation: number,
  width: number,
): { height: number; shapes: Shape[] } {
  const rightEdge = width - CHART_MARGIN.right
  const { lines, y: axis } = chart.panels[0]!
  const legend = legendPlaces(
    lines.map(({ name }) => name),
    width,
  )
  const top = 34 + LEGEND_ROW * ((legend.at(-1)?.row ?? 0) + 1)
  const height = top + PLOT_HEIGHT + BOTTOM
  const bottomEdge = top + PLOT_HEIGHT
  const values = [
    ...lines.flatMap(({ points }) => points.flatMap(([, gbp]) => gbp ?? [])),
    ...chart.marks.map(({ y }) => y),
  ]
  const scale = niceScale(Math.max(0, ...values))
  const x = (percent: number) => LEFT + (percent / 100) * (rightEdge - LEFT)
  const y = (gbp: number) => bottomEdge - PLOT_HEIGHT * (gbp / scale.ceiling)

  const bands = chart.bands.map(({ from, to }) => {
    const wide = Math.max(1, x(to) - x(from))
    return shape('rect', { x: x(from), y: top, width: wide, height: PLOT_HEIGHT, fill: band })
  })
  const costTicks = scale.ticks.flatMap((gbp) => [
    stroke([LEFT, y(gbp)], [rightEdge, y(gbp)], grid),
    words([LEFT - 8, y(gbp) + 5], gbp.toFixed(scale.digits), 'end', { fill: faint }),
  ])
  const percentTicks = [0, 20, 40, 60, 80, 100].flatMap((percent) => [
    stroke([x(percent), bottomEdge], [x(percent), bottomEdge + 5], faint),
    words([x(percent), bottomEdge + 20], String(percent), 'middle', { fill: faint }),
  ])
  const axes = [
    stroke([LEFT, bottomEdge], [rightEdge, bottomEdge], faint),
    stroke([LEFT, top], [LEFT, bottomEdge], faint),
    words([x(50), height - 8], chart.x.label, 'middle'),
    words([8, top - 14], axis.label, 'start'),
  ]
  const now = x(utilisation * 100)
  const chosen = stroke([now, top], [now, bottomEdge], ink, { 'stroke-dasharray': '2 3' })
  const cards = lines.flatMap(({ name, color, points }, at) => {
    const look = { 'stroke-width': 2, 'stroke-dasharray': dashOf(color).join(' ') || 'none' }
    const known = points.flatMap(([percent, gbp]) =>
      gbp === null ? [] : `${x(percent).toFixed(1)},${y(gbp).toFixed(1)}`,
    )
    const { x: legendX, row } = legend[at]!
    const rowY = 12 + LEGEND_ROW * row
    return [
      shape('polyline', { points: known.join(' '), fill: 'none', stroke: seriesColor(color), ...look }),
      stroke([legendX, rowY], [legendX + 34, rowY], seriesColor(color), look),
      words([legendX + 42, rowY + 5], name, 'start'),
    ]
  })
  const crossings = chart.marks.flatMap((mark) => {
    const [atX, atY] = [x(mark.x), y(mark.y)]
    // Half of the label's width stays inside the axes.
    const labelX = Math.max(LEFT + 20, Math.min(atX, rightEdge - 20))
    return [
      shape('path', { d: `M${atX} ${atY - 7}l7 7l-7 7l-7 -7z`, fill: ink }),
      words([labelX, atY - 12], mark.label, 'middle', { 'font-weight': 700 }),
    ]
  })
  return { height, shapes: [...bands, ...costTicks, ...percentTicks, ...axes, chosen, ...cards, ...crossings] }
}

/** Round numbers from 0 to at least `max`: between four and about ten, and the digits that distinguish them. */
export function niceScale(max: number): { ceiling: number; ticks: number[]; digits: number } {
  const highest = max > 0 ? max : 1
  const power = 10 ** Math.floor(Math.log10(highest / 4))
  const count = highest / power
  const step = count > 20 ? power * 5 : count > 8 ? power * 2 : power
  const steps = Math.ceil(highest / step)
  return {
    ceiling: steps * step,
    ticks: Array.from({ length: steps + 1 }, (_, tick) => tick * step),
    digits: Math.max(0, -Math.floor(Math.log10(step))),
  }
}

type At = readonly [x: number, y: number]

const shape = (name: Shape['name'], attributes: Shape['attributes']): Shape => ({ name, attributes })

const stroke = ([x1, y1]: At, [x2, y2]: At, color: string, more: Shape['attributes'] = {}): Shape =>
  shape('line', { x1, y1, x2, y2, stroke: color, ...more })

const words = (
  [x, y]: At,
  text: string,
  anchor: 'start' | 'middle' | 'end',
  more: Shape['attributes'] = {},
): Shape => ({
  name: 'text',
  attributes: { x, y, 'text-anchor': anchor, fill: ink, 'font-size': FONT_PX, ...more },
  text,
})

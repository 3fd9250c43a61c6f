import type { LineSeriesOption, ScatterSeriesOption } from 'echarts/charts'
import type { DotChart } from '../../charts/chart-types.ts'
import { valueAxis } from './chart-axis.ts'
import { CHART_MARGIN, dashOf, FONT_PX, ink, paper, seriesColor } from './chart-look.ts'
import { dotWhiskers } from './chart-whiskers.ts'

const DOT_PX = 8
/** Room between the plot and the name of its y axis, for the labels of limits. */
const LIMIT_LABELS = 18
type Group = DotChart['groups'][number]

/** A trade-off as parts of an ECharts option: a line over the joined dots, the dots with their intervals, the limits. */
export function dotParts(chart: DotChart, top: number) {
  const { left, right, bottom } = CHART_MARGIN
  const room = chart.limits.length > 0 ? LIMIT_LABELS : 0
  return {
    grid: { left, right, top: top + room, bottom },
    xAxis: valueAxis(chart.x, 0, { name: chart.x.label, nameLocation: 'middle', nameGap: 28 }),
    yAxis: valueAxis(chart.y, 0, {
      name: chart.y.label,
      nameGap: 10 + room,
      nameTextStyle: { color: ink, fontSize: FONT_PX, align: 'left', padding: [0, 0, 0, -left + 8] },
    }),
    series: chart.groups.flatMap((group, at) => [
      joinedLine(group, at === 0 ? chart.limits : []),
      dotWhiskers(group),
      dotsOf(group, chart.better),
    ]),
  }
}

/** The line over the dots that are joined, and the limits: ECharts draws those beside a series. */
function joinedLine({ name, color, dots }: Group, limits: DotChart['limits']): LineSeriesOption {
  const dash = dashOf(color)
  return {
    type: 'line',
    name,
    silent: true,
    showSymbol: false,
    symbol: 'circle',
    data: dots
      .filter(({ isJoined }) => isJoined)
      .toSorted((a, b) => a.x - b.x)
      .map(({ x, y }) => [x, y]),
    lineStyle: { color: seriesColor(color), width: 2, type: dash.length === 0 ? 'solid' : ([...dash] as never) },
    itemStyle: { color: seriesColor(color) },
    ...(limits.length === 0
      ? {}
      : {
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: ink, type: 'dotted', width: 1.5 },
            label: { color: ink, fontSize: FONT_PX, position: 'end', distance: 4 },
            data: limits.map(({ x, label }) => ({ xAxis: x, label: { formatter: label } })),
          },
        }),
  }
}

/** Dots are labelled on their free side; a label that would cover another is left out, and the table has it. */
const dotsOf = ({ name, color, dots }: Group, { x, y }: DotChart['better']): ScatterSeriesOption => ({
  type: 'scatter',
  name,
  silent: true,
  symbol: 'circle',
  symbolSize: DOT_PX,
  itemStyle: { color: seriesColor(color), borderColor: seriesColor(color), borderWidth: 2, opacity: 1 },
  label: {
    show: true,
    position: x === 'higher' ? 'right' : 'left',
    distance: 5,
    color: ink,
    fontSize: FONT_PX,
    textBorderColor: paper,
    textBorderWidth: 3,
  },
  labelLayout: { hideOverlap: true, dy: y === 'higher' ? -8 : 8 },
  data: dots.map(({ x, y, label, isHollow }) => ({
    value: [x, y],
    label: { formatter: label },
    ...(isHollow ? { itemStyle: { color: paper } } : {}),
  })),
})

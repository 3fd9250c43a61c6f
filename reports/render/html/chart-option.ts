import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts'
import type { EChartsCoreOption } from 'echarts/core'
import type { BarChart, Chart, ChartLine, DotChart, LineChart } from '../../charts/chart-types.ts'
import { valueAxis } from './chart-axis.ts'
import {
  band,
  CHART_MARGIN,
  type ChartFrame,
  dashOf,
  FONT_PX,
  faint,
  ink,
  legendPlaces,
  seriesColor,
} from './chart-look.ts'
import { barWhiskers, lineWhiskers } from './chart-whiskers.ts'
import { dotParts } from './dots-option.ts'

const [LEFT, RIGHT, BOTTOM] = [CHART_MARGIN.left, CHART_MARGIN.right, CHART_MARGIN.bottom]
/** Room above the axes for the legend, where there is one, and the name of the first axis. */
const topOf = (chart: Drawn, frame: ChartFrame): number => 38 + LEGEND_ROW * legendRows(legendNames(chart), frame)
const LEGEND_ROW = 26

type Drawn =
  | Pick<BarChart, 'kind' | 'categories' | 'groups'>
  | Pick<LineChart, 'kind' | 'panels'>
  | Pick<DotChart, 'kind' | 'groups' | 'limits'>
/** Size of a chart in its own coordinates. */
export function chartHeight(chart: Drawn, frame: ChartFrame): number {
  const around = topOf(chart, frame) + BOTTOM
  if (chart.kind === 'bars') return around + chart.categories.length * rowHeight(chart, frame)
  if (chart.kind === 'dots') return around + frame.dotsHeight
  return around + (chart.panels.length === 1 ? 190 : chart.panels.length * 112)
}

/** The height of the bars of one category with what is between them. */
function rowHeight(
  { categories, groups }: Pick<BarChart, 'categories' | 'groups'>,
  { barsHeight }: ChartFrame,
): number {
  const least = Math.max(20, 9 * groups.length + 4)
  return Math.max(least, Math.min(18 * groups.length + 18, barsHeight / categories.length))
}

/** A chart as an ECharts option. */
export function chartOption(chart: Chart, frame: ChartFrame): EChartsCoreOption {
  const common = {
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: FONT_PX, color: ink },
    legend: {
      top: 4,
      left: 0,
      itemWidth: 34,
      itemGap: 14,
      textStyle: { color: ink, fontSize: FONT_PX },
      show: legendNames(chart).length > 1,
      data: legendNames(chart).map((name) => (hasDots(chart, name) ? { name } : { name, itemStyle: { opacity: 0 } })),
    },
  }
  if (chart.kind === 'bars') return { ...common, ...barParts(chart, frame) }
  return { ...common, ...(chart.kind === 'dots' ? dotParts(chart, topOf(chart, frame)) : lineParts(chart, frame)) }
}

const legendNames = (chart: Drawn): string[] =>
  chart.kind === 'lines'
    ? [
        ...new Set(
          chart.panels.flatMap(({ lines }) => lines.flatMap(({ name, style }) => (style === 'limit' ? [] : name))),
        ),
      ]
    : chart.groups.map(({ name }) => name)

/** Rows that a legend takes; one name needs no legend. */
const legendRows = (names: readonly string[], { width }: ChartFrame): number =>
  names.length < 2 ? 0 : legendPlaces(names, width).at(-1)!.row + 1

/** Whether the legend shows a mark: on a line with dots, and for bars. */
const hasDots = (chart: Chart, name: string): boolean =>
  chart.kind !== 'lines' || chart.panels.some(({ lines }) => lines.some((line) => line.name === name && line.dots))

function lineParts(chart: LineChart, frame: ChartFrame) {
  const count = chart.panels.length
  const top = topOf(chart, frame)
  const each = (chartHeight(chart, frame) - top - BOTTOM) / count
  const gap = count > 1 ? 34 : 0
  const grids = chart.panels.map((_, at) => ({
    left: LEFT,
    right: RIGHT,
    top: top + at * each,
    height: each - (at < count - 1 ? gap : 0),
  }))
  const named = { nameLocation: 'middle', nameGap: 28 }
  return {
    grid: grids,
    xAxis: chart.panels.map((_, at) =>
      at === count - 1
        ? valueAxis(chart.x, at, { name: chart.x.label, ...named, splitLine: { show: false } })
        : valueAxis(chart.x, at, { axisLabel: { show: false }, splitLine: { show: false } }),
    ),
    yAxis: chart.panels.map((panel, at) =>
      valueAxis(panel.y, at, {
        name: panel.y.label,
        nameGap: 10,
        nameTextStyle: { color: ink, fontSize: FONT_PX, align: 'left', padding: [0, 0, 0, -LEFT + 8] },
        splitNumber: count > 1 ? 3 : 5,
      }),
    ),
    series: chart.panels.flatMap((panel, at): (LineSeriesOption | CustomSeriesOption | ScatterSeriesOption)[] => [
      ...panel.lines.map((line, index) => lineSeries(line, at, index === 0 ? chart.bands : [])),
      ...panel.lines.flatMap((line) => lineWhiskers(line, at) ?? []),
      ...(at === 0 && chart.marks.length > 0 ? [markSeries(chart)] : []),
    ]),
  }
}

function lineSeries(line: ChartLine, panel: number, bands: LineChart['bands']): LineSeriesOption {
  const color = seriesColor(line.color)
  const limit = line.style === 'limit'
  const dash = dashOf(line.color)
  const type = limit ? 'dotted' : dash.length === 0 ? 'solid' : [...dash]
  return {
    type: 'line',
    name: line.name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    showSymbol: line.dots === true,
    symbol: line.dots ? 'circle' : 'none',
    symbolSize: 7,
    data: line.points.map(([x, y]) => [x, y ?? '-']),
    lineStyle: { color, width: limit ? 1.5 : 2, type: type as 'solid' },
    itemStyle: { color },
    ...(bands.length > 0
      ? {
          markArea: {
            silent: true,
            itemStyle: { color: band },
            data: bands.map(({ from, to }) => [{ xAxis: from }, { xAxis: to }] as [object, object]),
          },
        }
      : {}),
  }
}

const markSeries = (chart: LineChart): ScatterSeriesOption => ({
  type: 'scatter',
  silent: true,
  symbol: 'diamond',
  symbolSize: 13,
  itemStyle: { color: ink },
  label: { show: true, position: 'top', color: ink, fontSize: FONT_PX, fontWeight: 'bold' },
  data: chart.marks.map(({ x, y, label }) => ({ value: [x, y], label: { formatter: label } })),
})

/** The distance of the names of bars from the edge, and from the bars. */
const AROUND_NAMES = 36

function barParts(chart: BarChart, frame: ChartFrame) {
  const row = rowHeight(chart, frame)
  const barLayout = { barMaxWidth: Math.min(16, (row * 0.75) / chart.groups.length), barGap: '20%' }
  const isTight = row < 36
  return {
    grid: { left: frame.namesWidth + AROUND_NAMES, right: RIGHT + 8, top: topOf(chart, frame) - 26, bottom: BOTTOM },
    xAxis: valueAxis(chart.value, 0, { name: chart.value.label, nameLocation: 'middle', nameGap: 28 }),
    yAxis: {
      type: 'category',
      inverse: true,
      data: [...chart.categories],
      axisLabel: {
        ...{ color: ink, fontSize: FONT_PX, width: frame.namesWidth, interval: 0 },
        overflow: isTight ? 'truncate' : 'break',
      },
      axisLine: { lineStyle: { color: faint } },
      axisTick: { show: false },
    },
    series: chart.groups.flatMap((group, at): (BarSeriesOption | CustomSeriesOption)[] => [
      {
        type: 'bar',
        name: group.name,
        silent: true,
        ...barLayout,
        itemStyle: { color: seriesColor(group.color) },
        data: group.bars.map((bar) => bar?.value ?? '-'),
        ...(at === 0 && chart.reference !== undefined ? { markLine: referenceLine(chart.reference) } : {}),
      },
      barWhiskers(group.bars, { at, of: chart.groups.length, bar: barLayout }),
    ]),
  }
}

/** The value that bars are read against. */
const referenceLine = (value: number) => ({
  ...{ silent: true, symbol: 'none', label: { show: false } },
  lineStyle: { color: ink, type: 'solid' as const, width: 1.5 },
  data: [{ xAxis: value }],
})

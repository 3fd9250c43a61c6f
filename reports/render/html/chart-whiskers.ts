import type { CustomSeriesOption } from 'echarts/charts'
import type { BarChart, ChartLine, DotChart } from '../../charts/chart-types.ts'
import { ink, seriesColor } from './chart-look.ts'

/* The 95 % intervals of a chart, drawn as lines with a bar at both ends. */

/** Half the length of the bar at an end. */
const END = 4

const strokeOf = (color: string) => (x1: number, y1: number, x2: number, y2: number) => ({
  type: 'line' as const,
  shape: { x1, y1, x2, y2 },
  style: { stroke: color, lineWidth: 1.5 },
})

type Stroke = ReturnType<ReturnType<typeof strokeOf>>

const group = (index: number, children: Stroke[]) => ({ type: 'group' as const, id: `${index}`, children })

/** The interval of each bar of a group, over its end; `bar` is the layout of the bars. */
export function barWhiskers(
  bars: BarChart['groups'][number]['bars'],
  { at, of, bar }: { readonly at: number; readonly of: number; readonly bar: object },
): CustomSeriesOption {
  const stroke = strokeOf(ink)
  return {
    type: 'custom',
    silent: true,
    data: bars.flatMap((each, place) => (each?.ci95 ? [[place, each.ci95[0], each.ci95[1]]] : [])),
    encode: { x: [1, 2], y: 0 },
    renderItem: (params, api) => {
      const layout = api.barLayout?.({ ...bar, count: of })?.[at]
      const [category, low, high] = [Number(api.value(0)), Number(api.value(1)), Number(api.value(2))]
      const [fromX, y] = api.coord([low, category]) as [number, number]
      const [toX] = api.coord([high, category]) as [number, number]
      const middle = y + (layout?.offsetCenter ?? 0)
      return group(params.dataIndex, [
        stroke(fromX, middle, toX, middle),
        stroke(fromX, middle - END, fromX, middle + END),
        stroke(toX, middle - END, toX, middle + END),
      ])
    },
  }
}

/** The interval of each point of a line, in the colour of the line; null where it has none. */
export function lineWhiskers({ ci95 = [], points, color }: ChartLine, panel: number): CustomSeriesOption | null {
  const data = points.flatMap(([x], at) => (ci95[at] ? [[x, ci95[at][0], ci95[at][1]]] : []))
  if (data.length === 0) return null
  const stroke = strokeOf(seriesColor(color))
  return {
    type: 'custom',
    silent: true,
    xAxisIndex: panel,
    yAxisIndex: panel,
    data,
    encode: { x: 0, y: [1, 2] },
    renderItem: (params, api) => {
      const [x, low, high] = [Number(api.value(0)), Number(api.value(1)), Number(api.value(2))]
      const [middle, fromY] = api.coord([x, low]) as [number, number]
      const [, toY] = api.coord([x, high]) as [number, number]
      return group(params.dataIndex, [
        stroke(middle, fromY, middle, toY),
        stroke(middle - END, fromY, middle + END, fromY),
        stroke(middle - END, toY, middle + END, toY),
      ])
    },
  }
}

/** The intervals of both figures of each dot, in the colour of its group. */
export function dotWhiskers({ dots, color }: DotChart['groups'][number]): CustomSeriesOption {
  const stroke = strokeOf(seriesColor(color))
  return {
    type: 'custom',
    silent: true,
    data: dots.flatMap(({ x, y, xCi95, yCi95 }) => [
      ...(xCi95 === null ? [] : [[xCi95[0], y, xCi95[1], y]]),
      ...(yCi95 === null ? [] : [[x, yCi95[0], x, yCi95[1]]]),
    ]),
    encode: { x: [0, 2], y: [1, 3] },
    renderItem: (params, api) => {
      const at = (place: number) => Number(api.value(place))
      const [fromX, fromY] = api.coord([at(0), at(1)]) as [number, number]
      const [toX, toY] = api.coord([at(2), at(3)]) as [number, number]
      const ends =
        at(0) === at(2)
          ? [fromY, toY].map((y) => stroke(fromX - END, y, fromX + END, y))
          : [fromX, toX].map((x) => stroke(x, fromY - END, x, fromY + END))
      return group(params.dataIndex, [stroke(fromX, fromY, toX, toY), ...ends])
    },
  }
}

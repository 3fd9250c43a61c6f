import type { ChartAxis } from '../../charts/chart-types.ts'
import { FONT_PX, faint, grid, ink } from './chart-look.ts'

/** An axis of values as an ECharts option. */
export function valueAxis(axis: ChartAxis, gridIndex: number, over: object = {}) {
  return {
    gridIndex,
    type: axis.log ? ('log' as const) : ('value' as const),
    logBase: axis.log === 'decades' ? 10 : 2,
    ...(axis.min === undefined ? { scale: true } : { min: axis.min }),
    ...(axis.max === undefined ? {} : { max: axis.max }),
    nameTextStyle: { color: ink, fontSize: FONT_PX },
    axisLabel: { color: faint, fontSize: FONT_PX, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: faint } },
    axisTick: { show: true, lineStyle: { color: faint } },
    splitLine: { lineStyle: { color: grid } },
    ...over,
  }
}

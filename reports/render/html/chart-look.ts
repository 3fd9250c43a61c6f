/** The common look of charts, drawn when the page is made or in the page. */

/** The size of a chart in its own units, which the page scales to its column. */
export interface ChartFrame {
  readonly width: number
  /** Height of the plot of a trade-off. */
  readonly dotsHeight: number
  /** Rows of bars may be this high together, if they stay readable. */
  readonly barsHeight: number
  /** Room for the names of bars. */
  readonly namesWidth: number
}

/** Beside other charts: trade-offs are nearly square. */
export const columnFrame: ChartFrame = { width: 480, dotsHeight: 300, barsHeight: Number.MAX_VALUE, namesWidth: 132 }
/** The chart of the first screen. */
export const wideFrame: ChartFrame = { width: 620, dotsHeight: 185, barsHeight: 230, namesWidth: 225 }
export const CHART_MARGIN = { left: 64, right: 22, bottom: 50 } as const
export const FONT_PX = 14

/** How many colours the style of the page has. */
export const SERIES_COLORS = 6

/** Colours are variables of the page, so that a chart works in light mode, dark mode and print. */
export const ink = 'var(--ink)'
export const paper = 'var(--paper)'
export const faint = 'var(--faint)'
export const grid = 'var(--line)'
export const band = 'var(--band)'
/** The class that gives an element of the page the colour of a card. */
export const seriesClass = (index: number): string => `k${index % SERIES_COLORS}`
export const seriesColor = (index: number): string => `var(--s${index % SERIES_COLORS})`

/** Cards differ in their dashes too, for readers who cannot distinguish the colours. Lengths of stroke and gap; none is a solid line. */
const dashes = [[], [9, 4], [4, 3], [12, 3, 3, 3], [6, 2], [14, 5]] as const
export const dashOf = (index: number): readonly number[] => dashes[index % dashes.length]!

/** A sign of a legend, its distance from the word, and the gap to the next. */
const LEGEND_SIGN = 54

/** Where each name of a legend stands in a chart of a width, by the width of its words: from the left, in rows. */
export function legendPlaces(names: readonly string[], width: number): { readonly x: number; readonly row: number }[] {
  let [x, row] = [0, 0]
  return names.map((name) => {
    const own = LEGEND_SIGN + name.length * 0.6 * FONT_PX
    if (x > 0 && x + own > width) [x, row] = [0, row + 1]
    const place = { x, row }
    x += own
    return place
  })
}

/** The common look of charts, drawn when the page is made or in the page. */

/** Chart coordinates; the page scales a chart to its column. */
export const CHART_WIDTH = 480
export const CHART_MARGIN = { left: 64, right: 22, bottom: 50 } as const
export const FONT_PX = 14

/** How many colours the style of the page has. */
const SERIES_COLORS = 6

/** Colours are variables of the page, so that a chart works in light mode, dark mode and print. */
export const ink = 'var(--ink)'
export const paper = 'var(--paper)'
export const faint = 'var(--faint)'
export const grid = 'var(--line)'
export const band = 'var(--band)'
export const seriesColor = (index: number): string => `var(--s${index % SERIES_COLORS})`

/** Cards differ in their dashes too, for readers who cannot distinguish the colours. Lengths of stroke and gap; none is a solid line. */
const dashes = [[], [9, 4], [4, 3], [12, 3, 3, 3], [6, 2], [14, 5]] as const
export const dashOf = (index: number): readonly number[] => dashes[index % dashes.length]!

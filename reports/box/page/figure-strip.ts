import { attributes, type Html, html, nothing } from '../../render/html/template.ts'
import type { FigureResult } from '../result/box-result.ts'

/** Size of the strip in its own coordinates, and the room at both ends. */
const [WIDTH, HEIGHT, ROOM] = [120, 18, 8] as const

/**
 * One figure of several cards as a strip: the range of healthy cards shaded, a line where an average one is, a dot for each
 * card. The numbers stand beside it, so it is hidden from screen readers. Nothing where no range is known.
 */
export function figureStrip(figures: readonly FigureResult[]): Html {
  const measured = figures.flatMap((figure) => (figure.measured === null ? [] : [figure]))
  const [first] = measured
  if (first === undefined || (first.low === null && first.high === null)) return nothing
  const edges = [first.low, first.high, first.expected].filter((edge) => edge !== null)
  const all = [...edges, ...measured.flatMap((figure) => figure.measured ?? [])]
  const [least, most] = [Math.min(...all), Math.max(...all)]
  if (!(most > least)) return nothing
  const x = (value: number): number =>
    Number((ROOM + ((value - least) / (most - least)) * (WIDTH - 2 * ROOM)).toFixed(1))
  const from = first.low === null ? 0 : x(first.low)
  const to = first.high === null ? WIDTH : x(first.high)
  const expected =
    first.expected === null
      ? nothing
      : html`<rect${attributes({ class: 'usual', x: x(first.expected) - 0.75, y: 2, width: 1.5, height: HEIGHT - 4 })}></rect>`
  const dots = measured.map((figure) => {
    const isBad = (figure.wouldBe ?? figure.verdict) === 'fail'
    return html`<circle${attributes({ class: isBad ? 'out' : 'in', cx: x(figure.measured ?? 0), cy: HEIGHT / 2, r: isBad ? 5 : 4 })}></circle>`
  })
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true" focusable="false"><rect${attributes({ class: 'range', x: from, y: 4, width: Number((to - from).toFixed(1)), height: HEIGHT - 8 })}></rect>${expected}${dots}</svg>`
}

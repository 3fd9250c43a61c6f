import { costChart } from '../../../charts/cost-chart.ts'
import type { MoneyModel } from '../../../money-model.ts'
import { costPicture } from './cost-picture.ts'

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Draws the cost chart into its figure, where the page has one, and updates its caption: with the reader's assumptions, or with
 * `reportWords`, the description of the report, where the reader has changed none.
 */
export function drawCostPicture(model: MoneyModel, reportWords: string | null): void {
  const figure = document.getElementById('g-cost-utilisation')
  const order = model.cards.map(({ id }) => id)
  const chart = costChart(model, (card) => order.indexOf(card), '', false)
  if (figure === null || chart === null) return
  const svg = figure.querySelector('svg')!
  const { width } = svg.viewBox.baseVal
  const { height, shapes } = costPicture(chart, model.utilisation, width)
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.replaceChildren(
    ...shapes.map(({ name, attributes, text }) => {
      const element = document.createElementNS(SVG, name)
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
      if (text !== undefined) element.textContent = text
      return element
    }),
  )
  document.getElementById('s-cost-utilisation')!.textContent =
    `${reportWords ?? `With your assumptions: ${chart.summary}`} The dotted line marks the utilisation.${chart.bands.length > 0 ? ' The shaded area is the interval of a crossing.' : ''}`
}

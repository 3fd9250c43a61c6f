import { costChart } from '../../../charts/cost-chart.ts'
import type { MoneyModel } from '../../../money-model.ts'
import { costPicture } from './cost-picture.ts'

const SVG = 'http://www.w3.org/2000/svg'

/** Draws the cost chart with the reader's assumptions into its figure, where the page has one, and updates its caption. */
export function drawCostPicture(model: MoneyModel): void {
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
    `With your assumptions: ${chart.summary} The dotted line marks your utilisation. The shaded area is the interval of a crossing.`
}

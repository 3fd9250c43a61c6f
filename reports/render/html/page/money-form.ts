import type { MoneyModel } from '../../../money-model.ts'
import { type Html, html, joined, jsonOf } from '../template.ts'

/** The inputs of the economics; hidden until the script has started. */
export function moneyForm(money: MoneyModel): Html {
  const number = (name: string, label: string, value: number, { min, step }: { min: number; step: string }) =>
    html`<label>${label}<input name="${name}" type="number" min="${min}" step="${step}" value="${value}" inputmode="decimal"></label>`
  const percent = Number((money.utilisation * 100).toPrecision(6))
  const prices = money.cards.map(
    ({ label, priceGbp }, index) =>
      html`<label>Price, ${label}, £<input name="price-${index}" type="number" min="0" step="any" value="${priceGbp ?? ''}" inputmode="decimal"></label>`,
  )
  return html`<form id="money" hidden autocomplete="off" aria-label="Your assumptions">
<fieldset class="money"><legend>Your assumptions</legend>
<label><span>Utilisation <span id="utilisation-now">${percent} %</span></span><input name="utilisation" type="range" min="1" max="100" step="1" value="${Math.max(1, percent)}"></label>
${number('tariff', 'Tariff, £/kWh', money.tariffGbpPerKwh, { min: 0, step: '0.01' })}
${number('years', 'Years', money.years, { min: 1, step: '1' })}
${number('pue', 'PUE', money.pue, { min: 1, step: '0.05' })}
${joined(prices, '\n')}
<output aria-live="polite"></output>
</fieldset></form>
<script type="application/json" id="money-model">${jsonOf(money)}</script>
`
}

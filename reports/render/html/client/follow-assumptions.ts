import type { MoneyModel } from '../../../money-model.ts'
import { percentText } from '../../../tables/economics-rows.ts'
import { drawCostPicture } from './draw-cost-picture.ts'
import { showEconomics } from './show-economics.ts'
import { typedModel } from './typed-inputs.ts'

/** Shows the inputs of the economics, and updates table and chart when one of them changes. */
export function followAssumptions(): void {
  const form = document.querySelector<HTMLFormElement>('form#money')
  if (form === null) return
  const model = JSON.parse(document.getElementById('money-model')!.textContent!) as MoneyModel
  form.hidden = false
  drawCostPicture(model)
  form.addEventListener('input', () => update(form, model))
  form.addEventListener('submit', (event) => event.preventDefault())
}

function update(form: HTMLFormElement, model: MoneyModel): void {
  const now = typedModel(model, (name) => form.querySelector<HTMLInputElement>(`input[name="${name}"]`)!.value)
  const result = form.querySelector('output')!
  if (now === null) {
    result.textContent = 'One of the inputs is not a valid number.'
    return
  }
  document.getElementById('utilisation-now')!.textContent = percentText(now.utilisation)
  result.textContent = showEconomics(now)
  drawCostPicture(now)
}

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
  const found = {
    model,
    inputs: inputsOf(form),
    words: document.getElementById('s-cost-utilisation')?.textContent ?? '',
  }
  drawCostPicture(model, found.words)
  form.addEventListener('input', () => update(form, found))
  form.addEventListener('submit', (event) => event.preventDefault())
}

/** What the page says before a reader changes an assumption. */
interface AsReported {
  readonly model: MoneyModel
  /** The values of all inputs. */
  readonly inputs: string
  /** The description of the cost chart. */
  readonly words: string
}

const inputsOf = (form: HTMLFormElement): string =>
  JSON.stringify([...form.querySelectorAll('input')].map(({ value }) => value))

function update(form: HTMLFormElement, { model, inputs, words }: AsReported): void {
  const now = typedModel(model, (name) => form.querySelector<HTMLInputElement>(`input[name="${name}"]`)!.value)
  const result = form.querySelector('output')!
  if (now === null) {
    result.textContent = 'One of the inputs is not a valid number.'
    return
  }
  document.getElementById('utilisation-now')!.textContent = percentText(now.utilisation)
  result.textContent = showEconomics(now)
  const isOwn = inputsOf(form) !== inputs
  drawCostPicture(now, isOwn ? null : words)
  // verdict and key figures do not follow: they stand for the report
  const stale = document.getElementById('as-reported')
  if (stale) stale.hidden = !isOwn
}

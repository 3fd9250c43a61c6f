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
  document.getElementById('back-to-report')?.addEventListener('click', () => {
    form.reset()
    update(form, found)
    form.querySelector('input')?.focus({ preventScroll: true })
  })
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
  const isOwn = inputsOf(form) !== inputs
  document.getElementById('utilisation-now')!.textContent = percentText(now.utilisation)
  const costs = showEconomics(now, isOwn)
  result.textContent = costs
  drawCostPicture(now, isOwn ? null : words)
  markKept(isOwn, costs)
}

/** Says which parts of the page do not follow a reader's assumptions, while these differ from those of the report. */
function markKept(isOwn: boolean, costs: string): void {
  document.body.classList.toggle('is-own', isOwn)
  for (const mark of document.querySelectorAll<HTMLElement>('.kept-mark, #own-assumptions')) mark.hidden = !isOwn
  const said = document.getElementById('own-costs')
  if (said !== null) said.textContent = costs === '' ? 'no cost is known' : costs
}

import { liveAnswer, type SizeModel } from '../../../size/live.ts'
import { typedNumber } from './typed-inputs.ts'

/** The page of `size`: every input answers the case again, with the functions that made the page. */
followSliders()

function followSliders(): void {
  const form = document.querySelector<HTMLFormElement>('#size-form')
  const source = document.querySelector('#size-model')
  if (form === null || source === null) return
  const model = JSON.parse(source.textContent ?? '') as SizeModel
  form.hidden = false
  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('input', ({ target }) => {
    if (target instanceof HTMLInputElement) together(form, target)
    const asked = typedCase(form, model)
    if (asked !== null) show(asked)
  })
}

/** A slider and the number beside it. */
function together(form: HTMLFormElement, moved: HTMLInputElement): void {
  const name = moved.dataset['for'] ?? moved.name
  for (const input of form.querySelectorAll('input')) {
    if (input !== moved && (input.name === name || input.dataset['for'] === name)) input.value = moved.value
  }
}

/** The case with the typed numbers; null while one is not valid. */
function typedCase(form: HTMLFormElement, model: SizeModel): SizeModel | null {
  const typed = (name: string) => (form.elements.namedItem(name) as HTMLInputElement | null)?.value ?? ''
  const { demand } = model
  const number = (name: string, known: number | null, least: number) =>
    known === null ? 0 : typedNumber(typed(name), least)
  const users = number('users', demand.users, Number.MIN_VALUE)
  const requestsPerS = number('requestsPerS', demand.requestsPerS, Number.MIN_VALUE)
  const perHour = number('requestsPerUserHour', demand.requestsPerUserHour, Number.MIN_VALUE)
  const peakFactor = typedNumber(typed('peakFactor'), Number.MIN_VALUE)
  const growth = typedNumber(typed('growth'), 0)
  const spare = typedNumber(typed('spare'), 0)
  if (users === null || requestsPerS === null || perHour === null) return null
  if (peakFactor === null || growth === null || spare === null) return null
  return {
    ...model,
    demand: {
      users: demand.users === null ? null : users,
      requestsPerS: demand.requestsPerS === null ? null : requestsPerS,
      requestsPerUserHour: demand.requestsPerUserHour === null ? null : perHour,
      peakFactor,
      growthShare: growth / 100,
      spare: Math.floor(spare),
    },
    cards: model.cards.map((card) => ({
      ...card,
      money: { ...card.money, rentGbpPerMonth: typedNumber(typed(`rent-${card.key}`), 0) },
    })),
  }
}

function show(model: SizeModel): void {
  const { said, demand, rows } = liveAnswer(model)
  const answer = document.querySelector('#size-answer')
  answer?.replaceChildren(...said.map((line) => Object.assign(document.createElement('p'), { textContent: line })))
  const shown = document.querySelector('#size-demand')
  if (shown !== null) shown.textContent = demand
  for (const { key, isBest, cells } of rows) {
    const row = [...document.querySelectorAll<HTMLElement>('tr[data-row]')].find((each) => each.dataset['row'] === key)
    row?.classList.toggle('best', isBest)
    for (const cell of row?.querySelectorAll<HTMLElement>('td[data-live]') ?? []) {
      const [main, small] = cells[cell.dataset['live'] as keyof typeof cells]
      cell.querySelector('.main')!.textContent = main
      cell.querySelector('small')!.textContent = small
    }
  }
}

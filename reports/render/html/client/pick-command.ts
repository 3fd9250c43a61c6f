import type { CommandPick } from '../table/command-pick.ts'

/** Shows one command: that of the chosen workload and card. */
export function addCommandPicker(): void {
  const form = document.querySelector<HTMLFormElement>('form.picker')
  if (form === null) return
  const blocks = [...document.querySelectorAll<HTMLDetailsElement>('details.command')].map((block) => ({
    block,
    picks: JSON.parse(block.dataset['of']!) as CommandPick[],
    varied: block.querySelector('.varied'),
  }))
  const chosen = (name: string) => form.querySelector<HTMLSelectElement>(`select[name=${name}]`)!.value
  const show = () => {
    const [workload, card] = [chosen('workload'), chosen('card')]
    for (const { block, picks, varied } of blocks) {
      const found = picks.find((pick) => pick[0] === workload && pick[1] === card)
      block.hidden = found === undefined
      block.open = found !== undefined
      if (found !== undefined && varied !== null) varied.textContent = found[2]
    }
  }
  form.hidden = false
  form.nextElementSibling!.classList.add('picked')
  form.addEventListener('change', show)
  form.addEventListener('submit', (event) => event.preventDefault())
  show()
}

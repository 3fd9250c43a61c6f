import { compareKeys, type SortKey } from './sort-order.ts'

/** Each head of a figure sorts its table by it, reverses the order at the second click, and restores it at the third. */
export function addSorting(): void {
  for (const table of document.querySelectorAll('table')) {
    const buttons = table.querySelectorAll('button.sort')
    if (buttons.length === 0) continue
    const given = [...table.tBodies[0]!.rows]
    for (const button of buttons) button.addEventListener('click', () => sortBy(button.closest('th')!, given))
  }
}

const next = { none: 'ascending', ascending: 'descending', descending: 'none' } as const

function sortBy(head: HTMLTableCellElement, given: readonly HTMLTableRowElement[]): void {
  const heads = [...head.parentElement!.children]
  const index = heads.indexOf(head)
  const order = next[(head.getAttribute('aria-sort') ?? 'none') as keyof typeof next]
  for (const other of heads) other.removeAttribute('aria-sort')
  if (order !== 'none') head.setAttribute('aria-sort', order)
  const rows = given.map((row) => ({ row, key: keyOf(row.children[index]!) }))
  if (order !== 'none') rows.sort((a, b) => compareKeys(a.key, b.key, order === 'descending'))
  head.closest('table')!.tBodies[0]!.append(...rows.map(({ row }) => row))
}

function keyOf(cell: Element): SortKey {
  const value = cell.getAttribute('data-value')
  return { number: value === null ? null : Number(value), text: cell.textContent ?? '' }
}

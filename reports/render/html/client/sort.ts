import { compareKeys, type SortKey } from './sort-order.ts'

/** Each head of a table sorts it by its column, and reverses the order at the second click. */
export function addSorting(): void {
  for (const button of document.querySelectorAll('button.sort')) {
    button.addEventListener('click', () => sortBy(button.closest('th')!))
  }
}

function sortBy(head: HTMLTableCellElement): void {
  const body = head.closest('table')!.tBodies[0]!
  const heads = [...head.parentElement!.children]
  const index = heads.indexOf(head)
  const descending = head.getAttribute('aria-sort') === 'ascending'
  for (const other of heads) other.removeAttribute('aria-sort')
  head.setAttribute('aria-sort', descending ? 'descending' : 'ascending')
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.children[index]!) }))
  rows.sort((a, b) => compareKeys(a.key, b.key, descending))
  body.append(...rows.map(({ row }) => row))
}

function keyOf(cell: Element): SortKey {
  const value = cell.getAttribute('data-value')
  return { number: value === null ? null : Number(value), text: cell.textContent ?? '' }
}

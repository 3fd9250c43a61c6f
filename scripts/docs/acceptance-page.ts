import { comparedLabel } from '../../reports/box/siblings/compared.ts'
import { type SiblingSpread, siblingSpreads } from '../../reports/box/siblings/spreads.ts'

/** The spreads between the cards of one server, with what they rest on. */
export function spreadTable(): string {
  const rows = Object.entries<SiblingSpread>(siblingSpreads).map(
    ([metric, { share, basis, source }]) =>
      `| ${comparedLabel(metric)} | ${Number((100 * share).toFixed(2))} % | ${basis} | ${source} |`,
  )
  return ['| figure | spread | basis | source |', '|---|---|---|---|', ...rows].join('\n')
}

import { economicsRows, OTHER, specRows } from '../../reports/claims/file/known-rows.ts'
import { type Dimension, rateDimensions } from '../../reports/claims/file/units.ts'
import { formats } from '../../reports/claims/formats.ts'

/** The ids, units and formats that a claims file may use, for docs/claims.md. */
export function claimTables(): string {
  return [
    table(
      ['table', 'row id', 'unit', 'also read'],
      [
        ...rowsOf('spec', specRows),
        ...rowsOf('economics', economicsRows),
        ...rateDimensions.map((dimension) => ['throughput', 'any', `\`${dimension.base}\``, others(dimension)]),
        ['fits', 'any', 'a class', '`OOM`, `Tight`, `Comfortable`, `Trivial`, `fits`'],
        ['spec, economics', `\`${OTHER}…\``, 'any', 'listed, not judged'],
        ['economics', 'any, with `derived`', 'any', 'compared with its formula'],
      ],
    ),
    `\`quant\` of a workload is one of ${Object.keys(formats)
      .map((name) => `\`${name}\``)
      .join(', ')}.`,
  ].join('\n\n')
}

const rowsOf = (name: string, rows: Readonly<Record<string, Dimension | null>>): string[][] => {
  const byUnit = Map.groupBy(Object.entries(rows), ([, dimension]) => dimension)
  return [...byUnit].map(([dimension, entries]) => [
    name,
    entries.map(([id]) => `\`${id}\``).join(', '),
    dimension === null ? 'text, Yes or No' : `\`${dimension.base}\``,
    dimension === null ? '' : others(dimension),
  ])
}

/** Some of the other units of a dimension: those that stand first. */
const SHOWN = 5
function others({ base, units, inverse }: Dimension): string {
  const names = [
    ...Object.keys(units)
      .filter((unit) => unit !== base)
      .slice(0, SHOWN),
    ...Object.keys(inverse ?? {}).slice(0, 2),
  ]
  return names.map((name) => `\`${name}\``).join(', ')
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

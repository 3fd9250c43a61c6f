import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'

/** How a scenario is served on a card, or why that is unknown. */
export type ServingExample =
  | {
      /** The `docker run` command to paste into a shell, one option per line. */
      readonly lines: readonly string[]
      readonly corrections: readonly string[]
      /** Why it cannot work; null when it should work. */
      readonly refusal: string | null
    }
  | { readonly reason: string }

/** Makes an example: the harness knows how to serve, the reports do not. */
export type ServingExamples = (scenario: RunRecord['scenario'], cardKey: string) => ServingExample

interface ServingRow {
  readonly scenario: ScenarioRow
  readonly card: CardColumn
  readonly example: ServingExample
}

/** The article's "vLLM serving examples": the command for each text scenario and card, and corrections to its settings. */
export function servingTable(selection: Selection, examples: ServingExamples): Table | null {
  const rows = selection.scenarios
    .filter(({ sample }) => sample.scenario.kind === 'text')
    .flatMap((scenario) =>
      selection.cards.map((card): ServingRow => {
        const run = selection.runOf(scenario.name, card.key) ?? scenario.sample
        return { scenario, card, example: examples(run.scenario, card.key) }
      }),
    )
  if (rows.length === 0) return null
  return buildTable({
    id: 'serving',
    title: 'vLLM serving examples',
    columns: [
      { id: 'workload', head: 'Workload', align: 'left', cell: ({ scenario }: ServingRow) => text(scenario.title) },
      { id: 'model', head: 'Model', align: 'left', cell: ({ scenario }) => text(scenario.sample.scenario.model) },
      { id: 'card', head: 'Card', align: 'left', cell: ({ card }) => text(card.label) },
      { id: 'verdict', head: 'Verdict', align: 'left', cell: verdictCell },
      { id: 'line', head: 'Command', align: 'left', cell: lineCell },
    ],
    rows,
    rowId: ({ scenario, card }) => `${scenario.name}-${card.key}`,
    notes: [
      'Computed from the catalogue, not measured; the same as the output of `serve --print`. Commands that cannot work are listed too, so that they are recognised elsewhere.',
    ],
  })
}

function lineCell({ example, card }: ServingRow): Cell {
  return 'reason' in example ? missing(`${card.label}: ${example.reason}`) : { kind: 'code', lines: example.lines }
}

function verdictCell({ example }: ServingRow): Cell {
  if ('reason' in example) return text('unknown')
  const { corrections, refusal } = example
  const detail = corrections.join('; ')
  const small = detail === '' ? {} : { detail }
  if (refusal !== null) return { ...text(`cannot work: ${refusal}`, 'bad'), ...small }
  return corrections.length > 0
    ? { ...text('should start, with remarks', 'warn'), ...small }
    : text('should start as configured', 'good')
}

import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import type { PointRow } from '../../harness/operating/points.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import { counted } from '../../harness/units.ts'
import { assumedText, idleNote, priceNote } from '../comparison/economics-notes.ts'
import type { Facts } from '../facts.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'
import { answersOf } from './answers.ts'
import { changeCell, figureCell, moneyCell, nameCell, sloCell, stamp } from './point-cells.ts'
import { pointName, type Tuning } from './tuning.ts'

/** Metrics of a point of text, besides rate, power and efficiency. */
const textMetrics: readonly MetricKey[] = ['decodeTokensPerS', 'ttftMsP50']
/** Of many runs that do not count only some are named. */
const MOST_LEFT_OUT = 6

/** The tables of a tuning: its points, its operating points in words, and limits by streams where several were measured. */
export function tuningTables(tuning: Tuning, facts: Facts, number: number): Table[] {
  return [
    pointsTable(tuning, facts, `tune-${number}-points`),
    answersTable(tuning, `tune-${number}-answers`),
    ...gridTables(tuning, number),
  ]
}

/** Every point of a tuning with its figures, each with its 95 % interval. */
function pointsTable(tuning: Tuning, facts: Facts, id: string): Table {
  const { table, title, card } = tuning
  const keys = [
    table.unit.rate,
    ...(table.scenario.kind === 'text' ? textMetrics : []),
    'meanPowerW' as const,
    table.efficiency,
  ]
  return buildTable({
    id,
    title: `Operating points: ${title} on ${card.label}`,
    columns: [
      { id: 'point', head: 'Set to', align: 'left', cell: (row: PointRow) => nameCell(tuning, row) },
      ...keys.map((key) =>
        column({ id: key, head: headOf(key), digits: metrics[key].digits }, (row) => row.figures[key], tuning),
      ),
      {
        ...column(
          { id: 'gbp', head: `£ per ${table.scenario.kind === 'text' ? 'M tokens' : table.unit.priced}`, digits: 4 },
          ({ gbp }) => gbp,
          tuning,
        ),
        cell: (row: PointRow) => moneyCell(row, tuning),
      },
      { id: 'change', head: 'Change', align: 'right', cell: (row: PointRow) => changeCell(row, tuning) },
      ...(table.scenario.slo === undefined
        ? []
        : [{ id: 'slo', head: 'SLO', align: 'left' as const, cell: (row: PointRow) => sloCell(row, tuning) }]),
    ],
    rows: table.rows,
    rowId: ({ key }) => key,
    notes: notesOf(tuning, facts),
    sources: [`Assumptions of the economics: ${facts.moneySource}`],
  })
}

/** The operating points of a tuning, a sentence each. */
const answersTable = (tuning: Tuning, id: string): Table =>
  buildTable({
    id,
    title: `Which setting: ${tuning.title} on ${tuning.card.label}`,
    columns: [
      { id: 'question', head: 'What is looked for', align: 'left', cell: ({ question }) => text(question) },
      {
        id: 'answer',
        head: 'Answer',
        align: 'left',
        cell: ({ answer, isKnown }) => ({
          ...text(answer, isKnown ? 'good' : 'plain'),
          ...(isKnown ? stamp(tuning) : {}),
        }),
      },
    ],
    rows: answersOf(tuning),
    rowId: (answer) => answer.id,
    notes: [
      `A difference is called one only where it is shown: tests within blocks, adjusted for their number (Holm), at a practical threshold of ${Number((tuning.operating.threshold * 100).toPrecision(3))} %.`,
    ],
  })

/** Limits by streams: output rate and cost. None where there is one of either. */
function gridTables(tuning: Tuning, number: number): Table[] {
  const { table, isGrid, title, card } = tuning
  const settings = [...new Map(table.rows.map((row) => [settingName(row), row])).values()]
  if (!isGrid || settings.length < 2) return []
  const concurrencies = [...new Set(table.rows.map(({ concurrency }) => concurrency))]
  const grid = (id: string, what: string, cell: (row: PointRow) => Cell) =>
    buildTable({
      id: `tune-${number}-${id}`,
      title: `${what} by limit and streams: ${title} on ${card.label}`,
      columns: [
        {
          id: 'streams',
          head: 'Streams',
          align: 'left',
          cell: (concurrency: number | null) => text(`${concurrency ?? 'own'}`),
        },
        ...settings.map((at) => ({
          id: at.key,
          head: settingName(at),
          align: 'right' as const,
          cell: (concurrency: number | null) => {
            const row = table.rows.find(
              (each) => each.concurrency === concurrency && settingName(each) === settingName(at),
            )
            return row === undefined ? missing('not measured') : cell(row)
          },
        })),
      ],
      rows: concurrencies,
      rowId: (concurrency) => `${concurrency}`,
    })
  const { rate } = table.unit
  return [
    grid('rate-grid', metrics[rate].label, (row) =>
      figureCell(row.figures[rate], row, tuning, { digits: 0, unit: metrics[rate].unit }),
    ),
    ...('reason' in tuning.money
      ? []
      : [grid('cost-grid', `£ per ${table.unit.priced}`, (row) => moneyCell(row, tuning))]),
  ]
}

const settingName = (row: PointRow): string => pointName({ isGrid: false }, row)

function headOf(key: MetricKey): string {
  const { shortLabel, unit } = metrics[key]
  if (key === 'meanPowerW') return 'Mean power W'
  return unit.startsWith('tokens/J') ? unit : `${shortLabel} ${unit === 'tokens/s' ? 't/s' : unit}`
}

const column = (
  { id, head, digits }: { readonly id: string; readonly head: string; readonly digits: number },
  of: (row: PointRow) => MetricResult | undefined,
  tuning: Tuning,
): Column<PointRow> => ({ id, head, align: 'right', cell: (row) => figureCell(of(row), row, tuning, { digits }) })

/** Whose electricity is in the costs, and where its idle power is from. */
function electricityNote({ money, card }: Tuning, facts: Facts): string[] {
  if ('reason' in money) return []
  if (money.powerOf !== 'server') return ['Electricity of the GPU boards.', ...idleNote(card, facts)]
  return [`Electricity of the whole server, measured in every run; ${money.idleW.toFixed(0)} W without load.`]
}

function notesOf(tuning: Tuning, facts: Facts): string[] {
  const { table, card, gpus } = tuning
  const { blocks, plannedBlocks, rows } = table
  // of a point without any run that counts the cells say why
  const leftOut = table.leftOut.filter(({ key }) => rows.some((row) => row.key === key && row.reason === null))
  const more = leftOut.length - MOST_LEFT_OUT
  return [
    `${blocks} of at most ${counted(plannedBlocks, 'block')} measured, each with every point once in a shuffled order. Intervals of 95 % are from block to block; Change is that of the ${metrics[table.headline].label.toLowerCase()} against the highest limit, within blocks.`,
    ...(gpus > 1 ? [`${gpus} cards served: power and cost are of all of them, limits of each.`] : []),
    `Tuning ${tuning.id}. ${assumedText(facts)}`,
    ...priceNote(card, facts),
    ...electricityNote(tuning, facts),
    ...leftOut
      .slice(0, MOST_LEFT_OUT)
      .map((run) => `Does not count: ${pointName(tuning, run.point)}, block ${run.block + 1}: ${run.reason}`),
    ...(more > 0 ? [`${more} more runs do not count.`] : []),
  ]
}

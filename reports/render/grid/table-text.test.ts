import { describe, expect, test } from 'vitest'
import { buildTable, type Cell, missing, type Table, text } from '../../tables/table.ts'
import { renderCsv } from '../csv.ts'
import { gridMarkdown } from '../markdown.ts'
import { tablesOnTerminal } from '../terminal.ts'
import { tableText } from './table-text.ts'

const figure = (value: number, simulated?: boolean): Cell => ({
  ...{ kind: 'number', value, unit: 'W', digits: 0 },
  ...(simulated === undefined ? {} : { simulated }),
})

/** A workload, a metric, and the cells of two cards. */
type Row = readonly [string, string, Cell, Cell]

const tableOf = (rows: readonly Row[]): Table =>
  buildTable<Row>({
    ...{ id: 't', title: 'T', groupBy: ['workload'], rows, rowId: ([workload, metric]) => `${workload} ${metric}` },
    columns: [
      { id: 'workload', head: 'Workload', align: 'left', cell: ([workload]) => text(workload) },
      { id: 'metric', head: 'Metric', align: 'left', cell: ([, metric]) => text(metric) },
      { id: 'a', head: 'A', align: 'right', cell: ([, , a]) => a },
      { id: 'b', head: 'B', align: 'right', cell: ([, , , b]) => b },
    ],
  })

describe('the mark of simulated values', () => {
  const simulated = tableOf([['chat', 'power', figure(300, true), figure(400, true)]])
  const beside = tableOf([['chat', 'power', figure(300, true), figure(1300)]])
  const mixed = tableOf([['chat', 'power', figure(300, true), figure(400, false)]])

  test('is at cells only where the table has live ones too; a price is neither', () => {
    for (const table of [simulated, beside]) {
      expect(gridMarkdown(table)).not.toContain('ˢ')
      expect(tablesOnTerminal([table])).toMatch(/^T SIMULATED\n/)
    }
    expect(gridMarkdown(mixed)).toContain('| 300\u00a0Wˢ | 400\u00a0W |')
    expect(gridMarkdown(mixed)).toContain('- ˢ SIMULATED: produced by the simulator')
    expect(tablesOnTerminal([tableOf([['chat', 'power', figure(3, false), figure(4, false)]])])).not.toContain('SIMUL')
  })

  test('is at an OOM of a simulated run too, and at none that follows from arithmetic', () => {
    const oom = (simulated?: boolean): Cell => ({
      ...{ kind: 'oom', evidence: '40 on 24 GB' },
      ...(simulated === undefined ? {} : { simulated }),
    })
    const table = tableOf([
      ['chat', 'output', figure(300, false), oom(true)],
      ['batch', 'output', figure(310, false), oom()],
    ])
    const lines = gridMarkdown(table).split('\n')
    expect(lines.find((line) => line.includes('300'))).toContain('OOMˢ')
    expect(lines.find((line) => line.includes('310'))).not.toContain('ˢ')
  })

  test('is a column of every row in CSV', () => {
    const report = { title: '', sources: [], money: null, simulated: true }
    expect(renderCsv({ ...report, tables: [simulated] })[0]!.text).toContain('chat,power,300,W,400,W,SIMULATED')
  })
})

describe('rows that belong together', () => {
  const rows = [
    ['chat', 'power', figure(300), missing('no run')],
    ['chat', 'memory', figure(20), missing('no run')],
    ['batch', 'power', figure(310), figure(1)],
  ] as const
  const table = tableOf(rows)

  test('have their workload once above them', () => {
    expect(gridMarkdown(table).split('\n').slice(0, 7)).toEqual([
      '| Metric | A | B |',
      '| --- | ---: | ---: |',
      '| **chat** |  |  |',
      '| power | 300\u00a0W | — (1) |',
      '| memory | 20\u00a0W | — (1) |',
      '| **batch** |  |  |',
      '| power | 310\u00a0W | 1\u00a0W |',
    ])
    const lines = tablesOnTerminal([table]).split('\n')
    expect(lines.filter((line) => line.includes('chat'))).toEqual(['chat'])
  })

  test('one row per workload needs no heading', () => {
    expect(gridMarkdown(tableOf([rows[0], rows[2]]))).toContain('| chat | power | 300\u00a0W | — (1) |')
  })
})

test('the same reason is one footnote, in reading order', () => {
  const table = tableOf([['chat', 'power', missing('second'), missing('first')]])
  const shown = tableText(table)
  expect(shown.footnotes).toEqual(['second', 'first'])
  expect(shown.cell(missing('first')).number).toBe(2)
})

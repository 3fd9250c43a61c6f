import { excludedBy } from '../comparison/winners.ts'
import { sharedCaveat } from '../tables/caveats.ts'
import { oomCell, outOfMemory } from '../tables/oom-cell.ts'
import { type CardColumn, type Selection, selectedRuns } from '../tables/selection.ts'
import type { Cell } from '../tables/table.ts'
import type { Tile, TileFigure } from './answer.ts'
import { rowFigures } from './row-figures.ts'
import type { Judged } from './sentences.ts'
import { decidedOf } from './wins.ts'
import { rowNoun } from './workloads.ts'

const MOST_TILES = 4

/** The figures that decide, of the workload that stands for the report; with several cards and workloads also who won how many. */
export function tilesOf(judged: Judged): Tile[] {
  const { selection, facts, deciding, winners } = judged
  if (deciding === null) return memoryTiles(judged)
  const wins = selection.cards.length > 1 && winners.length > 1 ? [winsTile(judged)] : []
  const isShared = sharedCaveat(selectedRuns(selection)) !== null
  const all = rowFigures(deciding, selection, facts).map(({ id, label, better, within, cell }, at): Tile => {
    const figures = selection.cards.map((card) => {
      const own = cell(card)
      // said once: that a card does not count at its cost, that memory is short at the first figure
      const isOom = own.kind === 'oom'
      const isSaid = own.kind !== 'missing' && (isOom ? at === 0 : id === 'cost' && selection.cards.length > 1)
      const excluded = isSaid ? excludedBy(deciding, card, selection, facts) : null
      const note =
        excluded === null ? noteOf(own, isShared) : isOom ? excluded.reason : `does not count: ${excluded.reason}`
      return { ...figureOf(card, selection, own, note), isOut: id === 'cost' && excluded !== null }
    })
    return {
      ...{ id, label, of: within === undefined ? deciding.title : `${deciding.title}, within ${within}` },
      figures: figures
        .toSorted((a, b) => Number(a.isOut) - Number(b.isOut) || rankOf(a.cell, better) - rankOf(b.cell, better))
        .map(({ isOut: _, ...figure }) => figure),
    }
  })
  const known = all.filter(({ figures }) => figures.some(({ cell }) => amountOf(cell) !== null))
  return [...known.slice(0, MOST_TILES), ...wins]
}

/** Why a cell has no value, or what must be known beside it, where the report has not said that of all figures. */
const noteOf = (cell: Cell, isShared: boolean): string | null =>
  cell.kind === 'missing' ? cell.reason : 'caveat' in cell && !isShared ? (cell.caveat ?? null) : null

const figureOf = (card: CardColumn, { cards }: Selection, cell: Cell, note: string | null): TileFigure => ({
  card: { label: card.label, color: cards.findIndex(({ key }) => key === card.key) },
  cell,
  note,
})

const amountOf = (cell: Cell): number | null =>
  cell.kind === 'number' ? cell.value : cell.kind === 'money' ? cell.valueGbp : null

/** The best first, what has no value last. */
function rankOf(cell: Cell, better: 'higher' | 'lower'): number {
  const value = amountOf(cell)
  return value === null ? Number.MAX_VALUE : better === 'higher' ? -value : value
}

function winsTile({ selection, facts, winners }: Judged): Tile {
  const decided = winners.map((winner) => decidedOf(winner, selection, facts))
  // how many a card wins follows from the runs of all cards
  const simulated = selectedRuns(selection).some(({ source }) => source === 'simulated')
  const rows = selection.cards.map((card) => {
    const won = decided.filter((each) => each.card?.key === card.key)
    const countOf = (why: 'memory' | 'slo') => won.filter((each) => each.alone === why).length
    const alone = [
      { count: countOf('memory'), what: 'as the only card' },
      { count: countOf('slo'), what: 'alone within the SLO' },
    ].flatMap(({ count, what }) => (count === 0 ? [] : [count === won.length ? what : `${count} ${what}`]))
    return { card, won: won.length, alone: alone.join(', ') }
  })
  return {
    id: 'wins',
    label: `${rowNoun(selection) === 'load' ? 'Loads' : 'Workloads'} won${rows.some(({ alone }) => alone !== '') ? '' : ', by cost'}`,
    of: null,
    figures: rows
      .toSorted((a, b) => b.won - a.won)
      .map(({ card, won, alone }) =>
        figureOf(
          card,
          selection,
          {
            kind: 'text',
            simulated,
            text: `${won} of ${decided.length}`,
            ...(alone === '' ? {} : { detail: alone }),
          },
          null,
        ),
      ),
  }
}

/** Where nothing runs: a tile for each of the first workloads, with the memory as evidence. */
function memoryTiles({ selection, facts }: Judged): Tile[] {
  return selection.scenarios.slice(0, MOST_TILES).flatMap((row): Tile[] => {
    const figures = selection.cards.flatMap((card): TileFigure[] => {
      const oom = outOfMemory(row, card, selection, facts)
      const cell = oomCell(row, card, selection, facts)
      return oom === null || cell === null ? [] : [figureOf(card, selection, cell, oom.reason)]
    })
    return figures.length === 0 ? [] : [{ id: `memory-${row.name}`, label: row.title, of: null, figures }]
  })
}

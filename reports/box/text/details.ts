import type { BoxResult, CardResult, FigureResult } from '../result/box-result.ts'
import { figureLine } from '../result/figures.ts'
import { comparisonLine } from '../result/reasons.ts'
import { soakRows, soakWord } from '../soak/soak-rows.ts'
import { cardName } from './card-name.ts'

/** Every figure of a night with its range, failures first, and what could have been missed; for `--verbose`. */
export function detailLines(result: BoxResult): string[] {
  return [
    ...result.cards.flatMap((card) => cardLines(card, result.cards)),
    ...result.joined.flatMap(({ cards, figures }) => ['', `${cards.length} cards joined`, ...figureLines(figures)]),
    ...soakLines(result),
    ...section(
      'not measured',
      result.notMeasured.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...section(
      'skipped',
      result.leftOut.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...section(
      'findings',
      result.findings.map(({ id, status, read, fix }) => `${id} ${status}: ${read}${fix === '' ? '' : `; ${fix}`}`),
    ),
    ...section(
      'the largest loss of an average card that this could have missed',
      result.unseen.map(
        ({ part, share }) => `${part}: ${share === null ? 'any: no figure here shows it' : percent(share)}`,
      ),
    ),
  ]
}

function cardLines(card: CardResult, cards: readonly CardResult[]): string[] {
  const comparisons = card.comparisons.map((each) => `  ${each.verdict.padEnd(12)} ${comparisonLine(each)}`)
  const remarks = card.remarks.map((remark) => `    ${remark}`)
  return ['', cardName(card, cards), ...figureLines(card.figures), ...comparisons, ...remarks]
}

function soakLines({ soak }: BoxResult): string[] {
  if (soak === null) return []
  if ('reason' in soak) return section('soak', [`not measured: ${soak.reason}`])
  return soak.cards.flatMap((card) =>
    section(`soak, GPU ${card.index}: ${soakWord(card)}`, [
      ...soakRows(card).map(({ label, value }) => `${label}: ${value}`),
      ...card.remarks,
    ]),
  )
}

const order = ['fail', 'not-measured', 'pass']
const wordOfFigure = ({ verdict, wouldBe }: FigureResult): string => wouldBe ?? verdict

/** Figures with what explains them; several figures of one scenario have the same causes, which are said once. */
function figureLines(figures: readonly FigureResult[]): string[] {
  const said = new Set<string>()
  const ranked = figures.toSorted((a, b) => order.indexOf(wordOfFigure(a)) - order.indexOf(wordOfFigure(b)))
  return ranked.flatMap((figure) => {
    const texts = [...figure.why, ...figure.remarks].filter((text) => !said.has(`${figure.scenario} ${text}`))
    for (const text of texts) said.add(`${figure.scenario} ${text}`)
    const word = figure.wouldBe === null ? figure.verdict : `would ${figure.wouldBe}`
    return [`  ${word.padEnd(12)} ${figureLine(figure)}`, ...texts.map((text) => `    ${text}`)]
  })
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

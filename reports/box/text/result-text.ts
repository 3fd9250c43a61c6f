import { durationText } from '../../../harness/amount-text.ts'
import { printable } from '../../render/plain-text.ts'
import type { Terminal } from '../../run-answer/lines.ts'
import { type NextCommand, nextText } from '../../run-answer/next.ts'
import type { BoxResult, BoxVerdict, CardResult, JoinedResult, Reason } from '../result/box-result.ts'
import { wordOf } from '../result/verdict-of.ts'
import { cardName, cardNumbers } from './card-name.ts'
import { detailLines } from './details.ts'

/** The words of a verdict, as people see them. */
export const verdictWords: Readonly<Record<BoxVerdict, string>> = {
  accepted: 'ACCEPTED',
  rejected: 'REJECTED',
  'not-measured': 'NOT MEASURED',
}

/** The verdict takes no more lines than this; what it does not fit into is in the files. */
const MOST_LINES = 5

/** A file that was written beside the records. */
export interface WrittenFile {
  readonly what: string
  readonly path: string
}

/** What stands below a verdict. */
interface ResultView {
  readonly files: readonly WrittenFile[]
  readonly verbose?: boolean
  /** A command that is useful now; absent where none is. */
  readonly next?: NextCommand
  readonly terminal: Terminal
}

/**
 * The result of a night for a terminal: at most five lines of verdict, then where page, document and log are; every figure
 * after that only with `verbose`. The last line is what to type next.
 */
export function resultText(result: BoxResult, { files, verbose = false, next, terminal }: ResultView): string {
  const width = Math.max(0, ...files.map(({ what }) => what.length))
  const written = files.map(({ what, path }) => `  ${what.padEnd(width)}  ${path}`)
  const details = verbose ? detailLines(result) : []
  const lines = [...verdictLines(result), ...written, ...details].map((line) => `${printable(line)}\n`)
  return `${lines.join('')}${nextText(next === undefined ? [] : [next], terminal)}`
}

/** The verdict in at most five lines: the word, then the reasons, what was good and what was not measured. */
export function verdictLines(result: BoxResult): string[] {
  const last = summaryLine(result)
  const room = MOST_LINES - 1 - last.length
  return [headLine(result), ...reasonLines(result, room), ...last]
}

function headLine(result: BoxResult): string {
  const { verdict, wouldBe, cards, model, host, setting } = result
  const where = host === null ? '' : ` in ${host.hostname}`
  const bad = cards.filter((card) => wordOf(card) === 'rejected').length
  const count = cards.length > 1 && bad > 0 ? `: ${bad} of ${cards.length} cards rejected` : ''
  const word =
    wouldBe === null
      ? verdictWords[verdict]
      : `${verdictWords[verdict]} (SIMULATED; a real server would be ${wouldBe.replace('-', ' ')})`
  const at = setting === undefined ? '' : ` at ${setting}`
  return `${word}: ${model}${at}${where}${count}`
}

function reasonLines(result: BoxResult, room: number): string[] {
  const { cards, joined, reasons } = result
  if (wordOf(result) === 'accepted') return acceptedLines(result).slice(0, room)
  const bad = [
    ...cards.map((card) => ({ name: nameOf(card, cards), of: card })),
    ...joined.map((each) => ({ name: joinedName(each, cards), of: each })),
  ].filter(({ of }) => wordOf(of) === 'rejected')
  const [only] = bad
  const own = reasons.map((reason) => `  ${reasonText(reason)}`)
  if (bad.length === 1 && only !== undefined) {
    const found = only.of.reasons.map((reason, at) => `  ${at === 0 ? `${only.name}: ` : 'and '}${reasonText(reason)}`)
    return cut([...own, ...found], room, 'reasons')
  }
  const each = bad.map(({ name, of }) => {
    const more = of.reasons.length > 1 ? `; ${of.reasons.length - 1} more` : ''
    return `  ${name}: ${of.reasons[0] === undefined ? 'rejected' : reasonText(of.reasons[0])}${more}`
  })
  if (own.length + each.length > 0) return cut([...own, ...each], room, 'cards')
  // what hits only some cards
  const unjudged = cards.filter((card) => wordOf(card) === 'not-measured')
  return cut(
    unjudged.map((card) => `  ${nameOf(card, cards)}: not measured: ${reasonText(card.reasons[0] ?? noReason)}`),
    room,
    'cards',
  )
}

const noReason: Reason = { what: 'no figure could be judged', cause: null, fix: null }

/** The first lines, and how many more there are in place of the last one. */
function cut(lines: readonly string[], room: number, what: string): string[] {
  if (lines.length <= room) return [...lines]
  const shown = Math.max(1, room - 1)
  return [...lines.slice(0, shown), `  and ${lines.length - shown} more ${what}`]
}

const nameOf = (card: CardResult, cards: readonly CardResult[]): string =>
  cards.length === 1 ? 'because' : cardName(card, cards)

const joinedName = ({ cards }: JoinedResult, all: readonly CardResult[]): string =>
  `${cardNumbers(all.filter(({ uuid }) => cards.includes(uuid)))} joined`

/** A reason in one line, with its likely cause, or with what to do. */
function reasonText({ what, cause, fix }: Reason): string {
  if (cause !== null) return `${what}; likely ${cause}`
  return fix === null ? what : `${what}; ${fix}`
}

function acceptedLines({ cards, joined, unseen }: BoxResult): string[] {
  const figures = [...cards, ...joined].flatMap((each) => each.figures)
  const judged = figures.filter(({ verdict, wouldBe }) => (wouldBe ?? verdict) === 'pass').length
  const parts = [
    cards.length === 1 ? 'the card' : 'each card alone',
    ...(cards.some((card) => card.figures.some(({ part }) => part === 'together')) ? ['all at once'] : []),
    ...(joined.length > 0 ? [`${joined.length} joined`] : []),
  ]
  const compared = cards.reduce((sum, { comparisons }) => sum + comparisons.length, 0)
  const beside = compared === 0 ? '' : `, ${compared} comparisons between cards within their margins`
  const losses = unseen.flatMap(({ part, share }) => (share === null ? [] : [`${(100 * share).toFixed(0)} % ${part}`]))
  return [
    `  ${parts.join(', ')}: ${judged} figures in range${beside}`,
    ...(losses.length === 0 ? [] : [`  could have missed a loss of up to ${losses.slice(0, 3).join(', ')}`]),
  ]
}

/** The soak in a few words; its faults are reasons of their cards. */
function soakWords({ soak }: BoxResult): string[] {
  if (soak === null) return []
  if ('reason' in soak) return [`no soak: ${soak.reason}`]
  const { askedHours, cards, stoppedEarly } = soak
  const on = cards.length === 1 ? '' : ` on each of ${cards.length} cards`
  const early = stoppedEarly === null ? '' : `, stopped early (${stoppedEarly})`
  const word = wordOf(soak).replace('-', ' ')
  return [`soak ${word}: ${durationText(askedHours * 3_600_000)} of load${on}${early}`]
}

/** The soak, what was good where something was not, and what was not measured: one line, or none. */
function summaryLine(result: BoxResult): string[] {
  const { cards, notMeasured, leftOut } = result
  const good = cards.filter((card) => wordOf(card) === 'accepted')
  const parts = [
    ...soakWords(result),
    ...(wordOf(result) !== 'accepted' && good.length > 0 ? [`accepted: ${cardNumbers(good)}`] : []),
    ...(notMeasured[0] === undefined
      ? []
      : [`not measured: ${notMeasured[0].name} (${notMeasured[0].reason})${moreText(notMeasured.length - 1)}`]),
    ...(leftOut.length === 0 ? [] : [`skipped: ${leftOut.length} scenario${leftOut.length === 1 ? '' : 's'}`]),
  ]
  return parts.length === 0 ? [] : [`  ${parts.join('; ')}`]
}

const moreText = (count: number): string => (count === 0 ? '' : ` and ${count} more`)

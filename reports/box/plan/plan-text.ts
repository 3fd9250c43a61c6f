import { durationText } from '../../../harness/amount-text.ts'
import { printable, wrapTo } from '../../render/plain-text.ts'
import {
  cardsInWords,
  downloadSize,
  gpusInWords,
  inTime,
  namesOf,
  type ShownPart,
  type ShownPlan,
  type ShownServer,
  type ShownStage,
  startsOf,
} from './shown-plan.ts'

/** Columns of the text: those of the narrowest usual terminal. */
const COLUMNS = 80

/**
 * The plan of a night before anything is started, at most 80 columns wide: starts and time, then the servers of one start
 * with what is measured on them, what changes for these cards, what is left out with its reason, and the downloads.
 */
export function planText(plan: ShownPlan): string {
  const stages = plan.stages.filter(({ start }) => start.number === 1)
  const lines = [
    ...summary(plan),
    ...stages.flatMap((stage, at) => ['', ...stageLines(stage, at + 1, plan)]),
    ...soakLines(plan),
    ...section('changed for these cards', corrections(stages)),
    ...section(
      'not measured',
      plan.leftOut.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...section('downloads, unless they are here', plan.downloads.map(downloadLine)),
  ]
  return `${lines.map((line) => printable(line)).join('\n')}\n`
}

function summary(plan: ShownPlan): string[] {
  const { starting, measuring } = plan.minutes
  const { bytes, isLeast } = downloadSize(plan)
  const starts = startsOf(plan)
  const of = plan.stages[0]?.start.of ?? 1
  const size = `${isLeast ? 'at least ' : ''}${gb(bytes)}`
  return [
    `${cardsInWords(plan.cards)}: ${counted(namesOf(plan).length, 'scenario')}, ${counted(starts, 'server start')}, at most ${inTime(starting + measuring)}`,
    `  at most ${inTime(measuring)} of measuring, ${inTime(starting)} of starting servers, without downloads`,
    `  downloads and disk: ${size}`,
    ...(of === 1 ? [] : [`  every server is started ${of} times; listed is one start`]),
  ].flatMap((line) => wrapped(line, 4))
}

function stageLines(stage: ShownStage, place: number, { cards }: ShownPlan): string[] {
  const { servers } = stage
  const models = [...new Set(servers.map(({ launch }) => launch.model))].join(', ')
  const on = cards.length === 1 ? '' : ` on ${places(servers)}`
  return [
    ...wrapped(`${place}. ${models}${on}`, 3),
    ...servers.flatMap(linkLine),
    ...stage.parts.flatMap((part, at) => partLines(part, stage, { before: stage.parts[at - 1], cards })),
  ]
}

function soakLines({ soak, cards }: ShownPlan): string[] {
  if (soak === undefined || soak.lanes.length === 0) return []
  const { hours, rounds, roundSeconds, lanes } = soak
  const on = cards.length === 1 ? '' : ` on ${gpusInWords(lanes.map(({ card }) => card))} at once`
  const time = `${durationText(hours * 3_600_000)} of load${on}, in ${counted(rounds, 'round')} of ${roundSeconds} s`
  return ['', ...wrapped(`then a soak: ${time}`, 4)]
}

/** `each of GPU 0, 1` for servers of one card, `GPU 0+1 and GPU 2+3` for sets of cards. */
function places(servers: readonly ShownServer[]): string {
  const each = servers.map(({ cards }) => gpusInWords(cards, '+'))
  if (each.length === 1 || servers.some(({ cards }) => cards.length > 1)) return each.join(' and ')
  return `each of ${gpusInWords(servers.flatMap(({ cards }) => cards))}`
}

function linkLine({ cards, link }: ShownServer): string[] {
  if (link === undefined) return []
  const words = 'reason' in link ? `how they are connected is not known: ${link.reason}` : `connected by ${link.name}`
  return wrapped(`   ${gpusInWords(cards, '+')}: ${words}`, 5)
}

interface Around {
  readonly before: ShownPart | undefined
  readonly cards: ShownPlan['cards']
}

function partLines(part: ShownPart, { servers, parts }: ShownStage, { before, cards }: Around): string[] {
  if (part.kind === 'alone' && cards.length > 1 && parts.length > 1) {
    // one line stands for the parts of all cards
    if (before?.kind === 'alone') return []
    const alone = parts.filter(({ kind }) => kind === 'alone').flatMap(({ lanes }) => lanes)
    const names = alone[0]?.runs.map(({ name }) => name).join(', ') ?? ''
    return wrapped(
      `   each card alone, one after another: ${names}; at most ${inTime(sumOf(alone.flatMap(({ runs }) => runs)))}`,
      5,
    )
  }
  const lanes = [...Map.groupBy(part.lanes, ({ runs }) => runs.map(({ name }) => name).join(' ')).values()]
  return lanes.flatMap((same) => {
    const on = servers.filter(({ id }) => same.some(({ server }) => server === id))
    const runs = same[0]?.runs ?? []
    const time = `at most ${inTime(sumOf(runs))}`
    const head = cards.length === 1 ? time : `${sideBySide(part, on)}: ${time}`
    return [...wrapped(`   ${head}`, 5), ...runs.flatMap((run) => wrapped(`   ${runText(run)}`, 12))]
  })
}

function sideBySide({ kind, lanes }: ShownPart, on: readonly ShownServer[]): string {
  if (kind === 'alone') return `${places(on)} alone`
  const isAll = on.length === lanes.length
  return lanes.length === 1 ? places(on) : `${isAll ? '' : `${places(on)}, `}side by side`
}

const runText = ({ name, minutes, mostTrials }: ShownPart['lanes'][number]['runs'][number]): string =>
  `${inTime(minutes).padStart(7)}  ${name}${mostTrials === undefined ? '' : ` (at most ${mostTrials} trials)`}`

const sumOf = (runs: readonly { readonly minutes: number }[]): number =>
  runs.reduce((sum, { minutes }) => sum + minutes, 0)

const corrections = (stages: readonly ShownStage[]): string[] => [
  ...new Set(stages.flatMap(({ servers }) => servers.flatMap(({ launch }) => launch.corrections))),
]

const downloadLine = ({ what, repository, bytes }: ShownPlan['downloads'][number]): string =>
  `${bytes === null ? 'size not known' : gb(bytes)}: ${repository ?? withoutDigest(what)}`

/** A digest fills a line; the commands name it. */
const withoutDigest = (image: string): string => image.replace(/@sha256:[0-9a-f]+$/, '')

function section(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return []
  return ['', `${title}:`, ...entries.flatMap((entry) => wrapped(`  ${entry}`, 4))]
}

/** A line in lines of 80 columns; those after the first are indented. Leading spaces are kept. */
function wrapped(line: string, indent: number): string[] {
  const lead = /^ */.exec(line)?.[0].length ?? 0
  const [first = '', ...rest] = wrapTo(line.slice(lead), COLUMNS - Math.max(lead, indent))
  const later = rest.length === 0 ? [] : wrapTo(rest.join(' '), COLUMNS - indent)
  return [' '.repeat(lead) + first, ...later.map((text) => ' '.repeat(indent) + text)]
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

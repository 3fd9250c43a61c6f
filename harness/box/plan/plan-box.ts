import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { launchPlan } from '../../endpoint/serve/launch-plan.ts'
import { trialBounds } from '../../metrics/stopping.ts'
import { runsOf } from '../../plan/card-time.ts'
import { canonicalSha256 } from '../../record/provenance.ts'
import type { ScenarioFile } from '../../scenario/schema.ts'
import type { BoxCard, BoxPlan, CardLink, PlannedPart, PlannedRun, PlannedServer, PlannedStage } from './box-plan.ts'
import { type Candidate, candidatesFor, cardsOf, type LaunchOptions } from './candidates.ts'
import { cardSets, type Topology } from './card-links.ts'
import { downloadsOf } from './downloads.ts'
import { leftOutRows } from './left-out.ts'
import { isProbe } from './probes.ts'
import { runMinutes } from './run-minutes.ts'
import { type SharedServer, sharedServers } from './servers.ts'
import { mostTrialsWithin } from './trials-within.ts'

/** What a night is asked for. */
export interface BoxPlanOptions extends LaunchOptions {
  /** Port of the first server; the others of a stage have the next ones. */
  readonly port: number
  /** Starts of each server. */
  readonly starts: number
  /** Most minutes of measuring on one card; null: as long as the scenarios take. */
  readonly withinMinutes: number | null
  readonly topology: Topology
}

/**
 * The plan of a box. Nothing is started. Every scenario that cards can run stands once per card and start, on a server that
 * it shares with the scenarios whose flags agree (servers.ts). A stage has one server on each card. In the first one each
 * card runs the probes alone; then all cards run their scenarios side by side. Scenarios over several cards follow, on
 * sets of near cards. What a card cannot run is in `leftOut` with the reason.
 */
export function boxPlan(files: readonly ScenarioFile[], cards: readonly BoxCard[], options: BoxPlanOptions): BoxPlan {
  const kinds = [...Map.groupBy(cards, ({ entry }) => entry.key).values()].map((same) => kindOf(same, files, options))
  const starts = Array.from({ length: options.starts }, (_, at) => ({ number: at + 1, of: options.starts }))
  const stages = starts.flatMap((start) => [
    ...ownStages(kinds, { cards, start, options }),
    ...kinds.flatMap((kind) => joinedStages(kind, { cards, start, options })),
  ])
  const rows = kinds.flatMap(({ cards: which, leftOut }) => leftOut.map((row) => ({ ...row, cards: which })))
  const probe = probeOf(kinds, { cards, start: { number: 1, of: options.starts }, options })
  return {
    cards,
    stages,
    ...(probe === null ? {} : { probe }),
    leftOut: leftOutRows(rows, cards),
    downloads: downloadsOf(stages),
  }
}

/** The container of the first server, on all cards; null on one card, and where only commands run. */
function probeOf(kinds: readonly Kind[], night: Night): PlannedServer | null {
  if (night.cards.length === 1) return null
  const servers = kinds.flatMap((kind) =>
    kind.own.map((shared) => laneOf(kind, shared, { cards: night.cards }, night).server),
  )
  return servers.find(({ launch }) => launch.kind === 'server') ?? null
}

/** The cards of one kind, and the servers that each of them, or each set of them, runs. */
interface Kind {
  readonly entry: CardEntry
  readonly cards: readonly BoxCard[]
  readonly own: readonly SharedServer[]
  readonly joined: readonly SharedServer[]
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** With at most so many trials; null: as many as its `certainty` allows. */
  readonly runOf: (candidate: Candidate, cap?: number | null) => PlannedRun
}

function kindOf(cards: readonly BoxCard[], files: readonly ScenarioFile[], options: BoxPlanOptions): Kind {
  const { entry } = cards[0] as BoxCard
  const { runnable, leftOut } = candidatesFor(files, entry, cards.length, options)
  const [own, joined] = [runnable.filter((each) => cardsOf(each.scenario) === 1), runnable.filter(isJoined)]
  const cap = options.withinMinutes === null ? null : mostTrialsWithin(own, entry, options.withinMinutes)
  return {
    entry,
    cards,
    own: sharedServers(own, entry),
    joined: sharedServers(joined, entry),
    leftOut: [...leftOut, ...joined.flatMap((each) => withoutSet(each, cards, options.topology))],
    runOf: (candidate, most = cap) => plannedRun(candidate, entry, most),
  }
}

const isJoined = ({ scenario }: Candidate): boolean => cardsOf(scenario) > 1

function plannedRun(candidate: Candidate, entry: CardEntry, cap: number | null): PlannedRun {
  const { name, file, scenario, sha256 } = candidate
  const trials = cap === null ? scenario.certainty.maxTrials : trialBounds(scenario.certainty, null, cap).most
  const minutes = runsOf(file) * runMinutes(scenario, entry, trials)
  const isCapped = trials < scenario.certainty.maxTrials
  return { name, file, scenario, sha256, minutes, ...(isCapped ? { mostTrials: trials } : {}) }
}

/** Cards of an odd number that no set has, for one scenario. */
function withoutSet({ name, scenario }: Candidate, cards: readonly BoxCard[], topology: Topology) {
  const sets = cardSets(cards, cardsOf(scenario), topology).flatMap((set) => set.cards)
  const without = cards.filter((card) => !sets.includes(card))
  if (without.length === 0) return []
  const which = without.map(({ index }) => index).join(', ')
  return [{ name, reason: `not on GPU ${which}: requires ${cardsOf(scenario)} GPUs of one kind at a time` }]
}

interface Night {
  readonly cards: readonly BoxCard[]
  readonly start: PlannedStage['start']
  readonly options: BoxPlanOptions
}

/** Stages in which each card has a server of its own: the first ones of all cards, then the second ones, … */
function ownStages(kinds: readonly Kind[], night: Night): PlannedStage[] {
  const most = Math.max(0, ...kinds.map(({ own }) => own.length))
  return Array.from({ length: most }, (_, at) => {
    const lanes = night.cards.flatMap((card) => {
      const kind = kinds.find(({ cards }) => cards.includes(card)) as Kind
      const shared = kind.own[at]
      return shared === undefined ? [] : [laneOf(kind, shared, { cards: [card] }, night)]
    })
    return { start: night.start, servers: lanes.map(({ server }) => server), parts: ownParts(lanes, night) }
  })
}

/** A server and its runs, and its probes with the fewest trials that give an interval. */
interface ServedLane {
  readonly server: PlannedServer
  readonly runs: readonly PlannedRun[]
  readonly probes: readonly PlannedRun[]
}

/** With several cards under load the probes of each card come first, alone: once a night, before its first start. */
function ownParts(lanes: readonly ServedLane[], { start }: Night): PlannedPart[] {
  const all = (kind: PlannedPart['kind']): PlannedPart => ({ kind, lanes: lanes.map(plannedLane) })
  if (lanes.length === 1) return [all('alone')]
  const probed = lanes.filter(({ probes }) => probes.length > 0 && start.number === 1)
  const alone = probed.map(
    ({ server, probes }): PlannedPart => ({ kind: 'alone', lanes: [{ server: server.id, runs: probes }] }),
  )
  return [...alone, all('together')]
}

const plannedLane = ({ server, runs }: ServedLane) => ({ server: server.id, runs })

/** One stage for each server over several cards, on all sets of cards at the same time. */
function joinedStages(kind: Kind, night: Night): PlannedStage[] {
  return kind.joined.map((shared) => {
    const sets = cardSets(kind.cards, cardsOf(shared.scenario), night.options.topology)
    const lanes = sets.map((set) => laneOf(kind, shared, set, night))
    const parts: PlannedPart[] = [{ kind: 'joined', lanes: lanes.map(plannedLane) }]
    return { start: night.start, servers: lanes.map(({ server }) => server), parts }
  })
}

/** No cap is below the `minTrials` of a scenario. */
const FEWEST_TRIALS = 1
/** Profiling, compilation and CUDA graphs of a first start; the rate of reading weights from a disk. Downloads come before. */
const START_SECONDS = 120
const LOAD_GB_PER_S = 1

function laneOf(
  kind: Kind,
  { scenario, members }: SharedServer,
  { cards, link }: { readonly cards: readonly BoxCard[]; readonly link?: CardLink },
  { cards: all, options }: Night,
): ServedLane {
  // the place of the first card makes port and name unique within a stage
  const port = options.port + all.indexOf(cards[0] as BoxCard)
  const uuids = cards.map(({ uuid }) => uuid)
  const launch = launchPlan(scenario, kind.entry, { ...options, port, gpus: uuids })
  const { kind: what, serverCommand, engineArgs, weightsBytes } = launch
  // the container of a command is one per scenario
  const command = what === 'server' ? serverCommand : [...serverCommand, ...members.map(({ sha256 }) => sha256)]
  const startSeconds = what === 'server' ? START_SECONDS + (weightsBytes ?? 0) / 1e9 / LOAD_GB_PER_S : 0
  const server: PlannedServer = {
    id: canonicalSha256({ command, engineArgs, cards: uuids }).slice(0, 12),
    cards,
    launch: { ...launch, corrections: correctionsOf(members) },
    ...(link === undefined ? {} : { link }),
    startMinutes: startSeconds / 60,
  }
  const probes = members.filter(({ name }) => isProbe(name))
  return {
    server,
    runs: members.map((member) => kind.runOf(member)),
    probes: probes.map((probe) => kind.runOf(probe, FEWEST_TRIALS)),
  }
}

/** The corrections of each scenario, not of the widened settings, which nobody asked for. */
const correctionsOf = (members: readonly Candidate[]): string[] =>
  members.flatMap(({ name, launch }) => launch.corrections.map((text) => `${name}: ${text}`))

import { servingUuids } from '../../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { settingText } from '../../../harness/record/setting/operating-point.ts'
import { toolVersion } from '../../../harness/version.ts'
import { besideAlone } from '../siblings/beside-alone.ts'
import { besideSiblings } from '../siblings/beside-siblings.ts'
import { cardState } from '../siblings/card-state.ts'
import { joinedCauses } from '../siblings/joined-links.ts'
import type { BoxInput } from './box-input.ts'
import { BOX_RESULT_VERSION, type BoxResult, type CardResult, type JoinedResult, type Reason } from './box-result.ts'
import { joinedRuns, partOf, runsOfCard } from './evidence.ts'
import { figuresOf } from './figures.ts'
import { judgeCard } from './judge-card.ts'
import { missingReasons, missingSteps, withoutMissing } from './missing.ts'
import { causeKind, rejectionReasons } from './reasons.ts'
import { isSimulatedSoak, soakResult, soakVerdicts, unsoakedReasons, withSoakFaults } from './soaked.ts'
import { unseenLosses } from './unseen.ts'
import { type Verdicts, verdictOf, verdictOfAll, wordOf } from './verdict-of.ts'

/**
 * The result of a night: a verdict for each card, for each model over several cards, and for the box. A box is accepted when
 * all of them and the soak, if one was asked for, are; it is rejected when one is; it is not measured when something could not
 * be judged, with the one cause where there is one.
 */
export function boxResult(input: BoxInput): BoxResult {
  const { records, soak } = input
  const simulated = records.some(({ source }) => source === 'simulated') || isSimulatedSoak(soak)
  const cards = judgedCards(input).map((card) => withSoakFaults(card, soak))
  const measured = joinedRuns(records).map((runs) => judgeJoined(runs, input, simulated))
  const joined = [...measured, ...joinedWithoutRecords(measured, input, simulated)]
  const unread = (input.unreadable ?? []).map((what) => ({ what, cause: null, fix: null }))
  const cut = input.ends === null ? [] : [{ what: input.ends, cause: null, fix: null }]
  const parts = [...cards, ...joined, ...soakVerdicts(soak, cards, simulated)]
  const verdicts = withoutRecords(verdictOfAll(parts, simulated), [...unread, ...cut])
  const unsoaked = wordOf(verdicts) === 'not-measured' && input.ends === null ? unsoakedReasons(soak, cards) : []
  return {
    version: BOX_RESULT_VERSION,
    tool: { name: 'joulemark', version: toolVersion, commit: records.at(-1)?.tool.commit ?? null },
    judgedAt: input.at.toISOString(),
    ...verdicts,
    model: modelText(input),
    ...settingOf(records),
    reasons: [...unread, ...sharedReasons(cards, verdicts, input), ...unsoaked],
    host: hostOf(records),
    cards,
    joined,
    notMeasured: notMeasured(input),
    leftOut: input.leftOut.map(({ name, reason }) => ({ name, reason })),
    soak: soakResult(soak),
    unseen: unseenLosses(cards),
    findings: input.checks.flatMap(({ id, status, read, why, fix }) =>
      status === 'warn' || status === 'fail' ? [{ id, status, read, why, fix }] : [],
    ),
    time: timeOf(input),
    records: records.map(recordOf),
  }
}

/** What the cards were set to; cards of several models may have a limit each. */
function settingOf(records: readonly RunRecord[]): Pick<BoxResult, 'setting'> {
  const settings = [...new Set(records.flatMap((run) => settingText(run) ?? []))]
  return settings.length === 0 ? {} : { setting: settings.toSorted().join(' and ') }
}

function judgedCards(input: BoxInput): CardResult[] {
  const { records } = input
  const uuids = input.cards.map(({ uuid }) => uuid)
  const siblings = besideSiblings(records, uuids)
  const states = new Map(uuids.map((uuid) => [uuid, cardState(runsOfCard(records, uuid))]))
  return input.cards.map((card) => {
    const same = input.cards.filter(({ uuid, entry }) => uuid !== card.uuid && entry.label === card.entry.label)
    const alone = besideAlone(runsOfCard(records, card.uuid), uuids.length)
    return judgeCard(card, input, {
      comparisons: [...(siblings.get(card.uuid) ?? []), ...alone],
      siblings: same.flatMap(({ uuid }) => states.get(uuid) ?? []),
    })
  })
}

function judgeJoined(runs: readonly RunRecord[], input: BoxInput, simulated: boolean): JoinedResult {
  const findings = runs.flatMap((run) => [...input.findingsOf(run)])
  const uuids = servingUuids(runs[0]!.gpus)
  const link = input.joinedLinks?.find(({ cards }) => cards.toSorted().join() === uuids.toSorted().join()) ?? null
  const nameOf = (uuid: string): string => `GPU ${input.cards.find((card) => card.uuid === uuid)?.index ?? uuid}`
  const causes = joinedCauses(uuids, link, input.records, nameOf)
  const figures = figuresOf(runs, input.earlier, findings).map((figure) =>
    (figure.wouldBe ?? figure.verdict) === 'fail' ? { ...figure, why: [...causes, ...figure.why] } : figure,
  )
  const faults = rejectionReasons([], figures, [])
  const missing = missingSteps(uuids, input.outcomes)
  const verdicts = withoutMissing(verdictOf(figures, faults.length > 0, simulated), missing.length > 0)
  const why = figures.flatMap(({ verdict, why: [first] }) => (verdict === 'not-measured' && first ? [first] : []))
  const unmeasured = [
    ...missingReasons(missing),
    ...[...new Set(why)].map((what) => ({ what, cause: null, fix: null })),
  ]
  return {
    cards: uuids,
    links: link?.name ?? null,
    ...verdicts,
    reasons: wordOf(verdicts) === 'not-measured' ? unmeasured : faults,
    figures,
  }
}

/** Models over several cards of which no run left a record: they are part of the verdict all the same. */
function joinedWithoutRecords(
  measured: readonly JoinedResult[],
  { outcomes, joinedLinks }: BoxInput,
  simulated: boolean,
): JoinedResult[] {
  const keyOf = (cards: readonly string[]): string => cards.toSorted().join()
  const known = new Set(measured.map(({ cards }) => keyOf(cards)))
  const failed = outcomes.filter(({ outcome, cards }) => outcome === 'failed' && cards.length > 1)
  return [...Map.groupBy(failed, ({ cards }) => keyOf(cards))]
    .filter(([key]) => !known.has(key))
    .map(([key, steps]) => ({
      cards: [...(steps[0]?.cards ?? [])],
      links: joinedLinks?.find(({ cards }) => keyOf(cards) === key)?.name ?? null,
      verdict: 'not-measured',
      wouldBe: simulated ? 'not-measured' : null,
      reasons: missingReasons(steps),
      figures: [],
    }))
}

/** Without all of its records, or when one cause ended the night before its plan was done, a box is not accepted. */
const withoutRecords = (verdicts: Verdicts, unread: readonly Reason[]): Verdicts =>
  withoutMissing(verdicts, unread.length > 0)

/** The cause that hits every card, said once: that of the preflight, or the one that all cards have. */
function sharedReasons(cards: readonly CardResult[], verdicts: Verdicts, { ends }: BoxInput): Reason[] {
  if (ends !== null) return [{ what: ends, cause: null, fix: null }]
  const [first, ...others] = cards
  if (wordOf(verdicts) !== 'not-measured') {
    const common = (first?.reasons ?? []).find(
      ({ cause }) =>
        cause !== null &&
        others.every(({ reasons }) =>
          reasons.some((each) => each.cause !== null && causeKind(each.cause) === causeKind(cause)),
        ),
    )
    if (common === undefined || others.length === 0) return []
    return [{ what: 'every card is rejected for one cause', cause: common.cause, fix: common.fix }]
  }
  return (first?.reasons ?? []).filter(({ what }) =>
    others.every(({ reasons }) => reasons.some((reason) => reason.what === what)),
  )
}

function modelText({ cards }: BoxInput): string {
  const labels = Map.groupBy(cards, ({ entry }) => entry.label)
  return [...labels].map(([label, each]) => (each.length === 1 ? label : `${each.length} x ${label}`)).join(', ')
}

function hostOf(records: readonly RunRecord[]): BoxResult['host'] {
  const last = records.at(-1)
  if (last === undefined) return null
  const { hostname, kernel, cpu, cpuCount, memoryGiB } = last.host
  const engines = records.map(({ endpoint, serverStart }) =>
    [endpoint.engine ?? 'unknown engine', endpoint.version, serverStart?.command?.[0]]
      .filter((word) => word !== null && word !== undefined)
      .join(' '),
  )
  return {
    ...{ hostname, kernel, cpu, cpuCount, memoryGiB },
    driver: last.fingerprint?.driver.version ?? last.gpus[0]?.driver ?? null,
    cuda: last.fingerprint?.driver.cuda ?? null,
    engines: [...new Set(engines)],
    stateSha256: last.fingerprint?.driverStateSha256 ?? null,
  }
}

const notMeasured = ({ outcomes }: BoxInput): BoxResult['notMeasured'] =>
  outcomes
    .filter(({ outcome }) => outcome !== 'done')
    .map(({ name, cards, reason }) => ({ name, cards: [...cards], reason: reason ?? 'no record' }))

function timeOf({ records, plannedMinutes }: BoxInput): BoxResult['time'] {
  const startedAt = records.map((run) => run.startedAt).toSorted()[0] ?? null
  const endedAt =
    records
      .flatMap((run) => run.endedAt ?? [])
      .toSorted()
      .at(-1) ?? null
  const ms = startedAt === null || endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt)
  const starts = records.flatMap(({ gpus, serverStart }) =>
    serverStart === undefined
      ? []
      : [`${servingUuids(gpus).join(' ')} ${serverStart.number} ${(serverStart.command ?? []).join(' ')}`],
  )
  return {
    startedAt,
    endedAt,
    plannedMinutes: plannedMinutes ?? null,
    measuredMinutes: ms === null ? null : ms / 60_000,
    serverStarts: new Set(starts).size,
  }
}

const recordOf = (run: RunRecord): BoxResult['records'][number] => ({
  id: run.id,
  part: run.box === undefined ? null : partOf(run),
  cards: servingUuids(run.gpus),
  scenario: run.scenario.name,
  status: run.status,
  quotable: run.quotable,
  manifestSha256: run.manifestSha256 ?? null,
  signedBy: run.signature?.publicKey ?? null,
})

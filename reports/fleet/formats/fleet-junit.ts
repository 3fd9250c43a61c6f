import { comparedMetric } from '../../../harness/metrics/catalogue.ts'
import { escapeXml } from '../../compare/junit.ts'
import { signedPercent } from '../../compare/words.ts'
import type { FleetCellResult, FleetComparison } from '../fleet-comparison.ts'
import { changesText } from '../settings.ts'

/** One case of a suite: no element inside is a success. */
interface Case {
  readonly name: string
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped'
  readonly message: string
}

/**
 * A comparison of a fleet as JUnit XML: a suite for each scenario, a case for the fleet and for each unit, named by host and
 * GPU UUIDs, so that the files of many fleets do not collide. A regression is a failure, as is a unit that is newly below its
 * siblings; what could not be judged is an error; what is open is skipped.
 */
export function fleetJunit(comparison: FleetComparison): string {
  const { columns, simulated, changes } = comparison
  const suites = columns.map((column) => ({ column, cases: casesOf(comparison, column.id) }))
  const all = suites.flatMap(({ cases }) => cases)
  const name = `joulemark fleet compare${simulated ? ' (SIMULATED)' : ''}`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(name)}" ${counts(all)}>`,
    ...suites.flatMap(({ column, cases }) => [
      `  <testsuite name="${escapeXml(column.id)}" ${counts(cases)}>`,
      `    <properties><property name="change" value="${escapeXml(changesText(changes))}"/></properties>`,
      ...cases.map((each) => caseLine(column.id, each)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function counts(cases: readonly Case[]): string {
  const of = (kind: Case['kind']) => cases.filter((each) => each.kind === kind).length
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`
}

function caseLine(column: string, { name, kind, message }: Case): string {
  const head = `    <testcase classname="${escapeXml(column)}" name="${escapeXml(name)}">`
  const text = escapeXml(message)
  const inside = {
    passed: `<system-out>${text}</system-out>`,
    failure: `<failure type="regressed" message="${text}"/>`,
    error: `<error type="not-comparable" message="${text}"/>`,
    skipped: `<skipped message="${text}"/>`,
  }[kind]
  return `${head}${inside}</testcase>`
}

function casesOf({ groups, units, cells, low }: FleetComparison, column: string): Case[] {
  const fleet = groups
    .filter((group) => group.column.id === column)
    .map(({ card, metrics, verdict }): Case => {
      const message = metrics.map(metricText).join('; ')
      return { name: `the fleet, ${card}`, kind: kindOf(verdict), message }
    })
  const single = units.flatMap((unit): Case[] => {
    const cell = cells.find((each) => each.unit === unit.id && each.column === column)!
    if (cell.kind === 'absent') return []
    const name = `${unit.host} ${unit.gpus.join('+')}`.trim()
    const below = low.filter((each) => each.unit === unit.id && each.column === column && !each.wasBefore)
    const lows = below.map(
      ({ label, worseBy, cause }) =>
        `below its siblings: ${label} by ${(100 * worseBy).toFixed(1)} %${cause === null ? '' : ` (${cause})`}`,
    )
    const message = [...lows, cell.reason, ...shownMetrics(cell).map(metricText)]
      .filter((part) => part !== null)
      .join('; ')
    if (cell.kind === 'not-judged') return [{ name, kind: lows.length > 0 ? 'failure' : 'error', message }]
    return [{ name, kind: lows.length > 0 ? 'failure' : kindOf(cell.verdict!), message }]
  })
  return [...fleet, ...single]
}

const kindOf = (verdict: NonNullable<FleetCellResult['verdict']>): Case['kind'] =>
  verdict === 'regressed' ? 'failure' : verdict === 'inconclusive' ? 'skipped' : 'passed'

/** What a unit is judged by: the metrics that regressed, else the one that is shown. */
function shownMetrics({ metrics, lead }: FleetCellResult): readonly FleetCellResult['metrics'][number][] {
  const worse = metrics.filter(({ key, verdict }) => verdict === 'regressed' && comparedMetric(key).comparison.decides)
  return worse.length > 0 ? worse : lead === null ? [] : [lead]
}

function metricText({
  key,
  change,
  verdict,
  reason,
}: FleetCellResult['metrics'][number] | FleetComparison['groups'][number]['metrics'][number]): string {
  const by = change === null ? 'not measured' : signedPercent(change.value)
  return `${comparedMetric(key).label} ${by}, ${verdict}: ${reason}`
}

import { comparedMetric } from '../../harness/metrics/catalogue.ts'
import { printable } from '../render/plain-text.ts'
import type { Comparison, ScenarioComparison } from './comparison.ts'
import { explanationOf, signedPercent } from './words.ts'

/**
 * A comparison as JUnit XML for CI systems: one suite per scenario, one case per metric; `regressed` is a failure,
 * `inconclusive` is skipped, and a scenario that is not judged is an error in each, with the reason. The differences between the sides are properties of the suite.
 */
export function comparisonJunit(comparison: Comparison): string {
  const { scenarios, differences } = comparison
  const cases = scenarios.flatMap((scenario) => scenario.metrics)
  const failures = scenarios.flatMap((scenario) => scenario.metrics.filter(isFailure)).length
  const errors = scenarios.filter(isNotJudged).flatMap(({ metrics }) => metrics).length
  const name = `joulemark compare${comparison.simulated ? ' (SIMULATED)' : ''}`
  const properties = [
    property('verdict', comparison.verdict),
    ...differences.map(({ label, baseline, candidate }) => property(label, `${baseline} -> ${candidate}`)),
    ...comparison.objections.map((objection) => property('must-not-be-compared', objection)),
  ]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}">`,
    ...scenarios.flatMap((scenario) => suiteLines(scenario, properties)),
    '</testsuites>',
    '',
  ].join('\n')
}

function suiteLines(scenario: ScenarioComparison, properties: readonly string[]): string[] {
  const { metrics } = scenario
  const failures = metrics.filter(isFailure).length
  const errors = isNotJudged(scenario) ? metrics.length : 0
  const skipped = errors > 0 ? 0 : metrics.filter((metric) => metric.verdict === 'inconclusive').length
  return [
    `  <testsuite name="${escapeXml(`${scenario.scenario} on ${scenario.card}`)}" tests="${metrics.length}" failures="${failures}" skipped="${skipped}" errors="${errors}">`,
    '    <properties>',
    ...properties.map((line) => `      ${line}`),
    '    </properties>',
    ...metrics.flatMap((metric) => caseLines(scenario, metric)),
    '  </testsuite>',
  ]
}

function caseLines(scenario: ScenarioComparison, metric: ScenarioComparison['metrics'][number]): string[] {
  const { label } = comparedMetric(metric.key)
  const head = `    <testcase classname="${escapeXml(scenario.scenario)}" name="${escapeXml(label)}"`
  const change = metric.relative === null ? 'not measured' : signedPercent(metric.relative.value)
  const message = escapeXml(`${metric.verdict}: ${change}; ${explanationOf(metric)}`)
  if (isNotJudged(scenario)) {
    const why = escapeXml(scenario.notJudged.join('; '))
    return [`${head}>`, `      <error type="not-comparable" message="${why}"/>`, '    </testcase>']
  }
  if (isFailure(metric))
    return [`${head}>`, `      <failure type="regressed" message="${message}"/>`, '    </testcase>']
  if (metric.verdict === 'inconclusive') {
    return [`${head}>`, `      <skipped message="${message}"/>`, '    </testcase>']
  }
  return [`${head}>`, `      <system-out>${message}</system-out>`, '    </testcase>']
}

const isNotJudged = ({ notJudged }: ScenarioComparison): boolean => notJudged.length > 0

/** Only failures make the command exit with 1. */
const isFailure = ({ key, verdict }: ScenarioComparison['metrics'][number]): boolean =>
  verdict === 'regressed' && comparedMetric(key).comparison.decides

const property = (name: string, value: string): string =>
  `<property name="${escapeXml(name)}" value="${escapeXml(value)}"/>`

/** Text for an attribute or element; characters that XML 1.0 does not allow are removed. */
export const escapeXml = (value: string): string =>
  printable(value)
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')

import type { Comparison } from '../../compare/comparison.ts'
import { outcomeOf, outcomeText } from '../../compare/outcome.ts'
import { comparisonReport } from '../../compare/report.ts'
import type { FleetComparison } from '../../fleet/fleet-comparison.ts'
import { fleetTables } from '../../fleet/formats/fleet-tables.ts'
import { comparisonHeatMap } from '../../fleet/heat/heat-map.ts'
import { heatSection } from '../../fleet/heat/heat-section.ts'
import { fleetOutcome, fleetSentence } from '../../fleet/outcome.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { type Html, html, joined, nothing } from '../../render/html/template.ts'
import { condition, type Links, type RunSource } from '../page/links.ts'
import { listSection, QUERY_HELP, queryForm } from '../page/parts.ts'
import type { View } from '../page/shell.ts'

/** A comparison that is likely to be asked for. */
export interface SuggestedComparison {
  readonly label: string
  readonly before: string
  readonly after: string
}

/** What comparing two selections came to. */
export type CompareResult =
  /** Several units: as `fleet compare`. */
  | { readonly kind: 'fleet'; readonly comparison: FleetComparison }
  /** One unit on both sides: as `compare`. */
  | { readonly kind: 'unit'; readonly comparison: Comparison }
  /** Nothing that can be compared, and why. */
  | { readonly kind: 'none'; readonly reason: string }

/** The page of a comparison; without a result only its form. */
export interface ComparePageData {
  readonly before: string
  readonly after: string
  readonly result: CompareResult | null
  /** What limits the answer, such as runs that were not read. */
  readonly notes: readonly string[]
  readonly suggested: readonly SuggestedComparison[]
  readonly source: RunSource
}

/** The comparisons that versions suggest: the newest against the one before it. */
export const suggestedComparisons = (versions: {
  readonly driver: readonly string[]
  readonly engine: readonly string[]
}): SuggestedComparison[] =>
  (
    [
      ['driver', 'driver', versions.driver],
      ['engine', 'version', versions.engine],
    ] as const
  ).flatMap(([label, key, [after, before]]) =>
    after === undefined || before === undefined
      ? []
      : [
          {
            label: `${label} ${before} against ${label} ${after}`,
            before: condition(key, before),
            after: condition(key, after),
          },
        ],
  )

/** Two selections in a form, and what the second is against the first. */
export function compareView({ before, after, result, notes, suggested, source }: ComparePageData, links: Links): View {
  const form = queryForm({
    action: '/compare',
    fields: [
      { name: 'before', label: 'Baseline', value: before },
      { name: 'after', label: 'Candidate', value: after },
    ],
    hidden: source === 'simulated' ? { source } : {},
    button: 'Compare',
    help: QUERY_HELP,
  })
  const lines = notes.map((note) => html`<li>${note}</li>`)
  return {
    title: titleOf(result),
    section: 'compare',
    simulated: source === 'simulated',
    body: html`${form}
${result === null ? nothing : resultHtml(result, links)}
${lines.length === 0 ? nothing : html`<ul class="notes">${lines}</ul>`}
${listSection(
  'suggested',
  'What changed last',
  suggested.map((one) => html`<a href="${links.compare(one.before, one.after)}">${one.label}</a>`),
)}`,
  }
}

function titleOf(result: CompareResult | null): string {
  if (result === null) return 'Compare'
  if (result.kind === 'none') return 'Compare: nothing to compare'
  const outcome = result.kind === 'fleet' ? fleetOutcome(result.comparison) : outcomeOf(result.comparison)
  return `Candidate against baseline: ${outcomeText(outcome)}`
}

function resultHtml(result: CompareResult, links: Links): Html {
  if (result.kind === 'none') return html`<p class="problem">${result.reason}</p>`
  if (result.kind === 'unit') return joined(comparisonReport(result.comparison).tables.map(tableSection), '\n')
  const { comparison } = result
  const hosts = new Map(comparison.units.map(({ id, host }) => [id, host]))
  const map = heatSection(comparisonHeatMap(comparison), 'Change by unit and scenario', {
    simulated: comparison.simulated,
    links: {
      row: (id) => (hosts.has(id) ? links.server(hosts.get(id)!) : null),
      column: ({ scenario }) => links.scenario(scenario),
    },
  })
  return html`<p class="answer">${fleetSentence(comparison)}</p>
${map}
${joined(fleetTables(comparison).map(tableSection), '\n')}`
}

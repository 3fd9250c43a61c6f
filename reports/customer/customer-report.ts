import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isOperatingPoint } from '../../harness/record/setting/operating-point.ts'
import { toolVersion } from '../../harness/version.ts'
import { machinesOf, versionsText } from '../answer/measured-facts.ts'
import { catalogueFacts } from '../catalogue-facts.ts'
import type { BoxFindings } from '../comparison/gotchas.ts'
import type { ServingExamples } from '../comparison/serving.ts'
import type { Facts, MoneyOptions } from '../facts.ts'
import { caveatsIn, caveatsOf } from '../tables/caveats.ts'
import { selectedRuns, selectRuns } from '../tables/selection.ts'
import type { Cell, Table } from '../tables/table.ts'
import { type Admitted, admitted, type Refusal } from './admitted.ts'
import type { Block, CustomerReport, Imprint, Section } from './document.ts'
import { leadOf } from './lead.ts'
import { economics } from './sections/economics.ts'
import { gotchas } from './sections/gotchas.ts'
import { howMeasured } from './sections/measured.ts'
import { reliability } from './sections/reliability.ts'
import { servingSection } from './sections/serving.ts'
import { specSheet } from './sections/spec-sheet.ts'
import { throughput } from './sections/throughput.ts'
import { unlocked } from './sections/unlocked.ts'
import { verdict } from './sections/verdict.ts'
import { winnersSection } from './sections/winners.ts'
import type { Subject } from './subject.ts'
import { workloadWinners } from './workload-winners.ts'

export interface CustomerOptions {
  readonly imprint?: Imprint
  readonly money?: MoneyOptions
  readonly serving?: ServingExamples
  readonly boxFindings?: BoxFindings
  /** Runs that do not verify, or are not signed, and why; without it every record is trusted. */
  readonly refusalOf?: Refusal
  /** Tables of checked claims, only where the vendor asked for them on this page. */
  readonly claims?: readonly Table[]
}

/**
 * The report for customers: the sections of the article in its order, as prose and tables that a vendor can publish. Only
 * what may be quoted is printed; a page of simulated runs is stamped and says so first. Pure.
 */
export function buildCustomerReport(records: readonly RunRecord[], options: CustomerOptions = {}): CustomerReport {
  const found = admitted(
    records.filter((run) => !isOperatingPoint(run)),
    options.refusalOf,
  )
  const { runs, omitted, simulated } = found
  const facts = withServed(catalogueFacts(options.money, records), found)
  const selection = selectRuns(runs, facts)
  const shown = selectedRuns(selection)
  const subject: Subject = {
    runs,
    selection,
    facts,
    cards: selection.cards.flatMap(({ key }) => facts.card(key) ?? []),
    winners: workloadWinners(selection, facts),
    ...(options.serving === undefined ? {} : { serving: options.serving }),
    ...(options.boxFindings === undefined ? {} : { boxFindings: options.boxFindings }),
  }
  const { imprint = {} } = options
  const claims = (options.claims ?? []).flatMap((table): Block[] =>
    table.rows.length > 0 ? [{ kind: 'table', table }] : [],
  )
  const sections = [
    specSheet(subject),
    unlocked(subject),
    reliability(subject),
    throughput(subject),
    economics(subject),
    winnersSection(subject),
    servingSection(subject),
    gotchas(subject),
    verdict(subject),
    howMeasured(subject, omitted.length),
    claims.length === 0 ? null : { id: 'claims', title: 'Published figures, checked', blocks: claims },
  ].filter((section) => section !== null)
  const shared = sharedCaveats(shown)
  return {
    title: imprint.title ?? titleOf(subject),
    author: imprint.author ?? null,
    logo: imprint.logo ?? null,
    facts: factsOf(subject, imprint),
    banners: [
      ...(simulated ? [SIMULATED] : []),
      ...(shared.length === 0 ? [] : [`Every measured value of this page: ${shared.join('; ')}.`]),
    ],
    lead: leadOf(subject),
    sections: sections.map((section) => withoutCaveats(section, shared)),
    simulated,
    isEmpty: runs.length === 0,
    omitted: [...omitted, ...found.replaced],
  }
}

/** What a card ran fits in its memory, whatever the arithmetic says. */
const withServed = (facts: Facts, { served }: Admitted): Facts => ({
  ...facts,
  fit: (run, cardKey) => (served(run, cardKey) ? { reason: 'this card ran the workload' } : facts.fit(run, cardKey)),
})

const SIMULATED =
  'SIMULATED: the figures of this page were produced by a simulator, not by a GPU. They show what the page looks like and prove nothing about any card. Do not quote them.'

/** The caveats that every run has; they are said once for the page. */
function sharedCaveats(runs: readonly RunRecord[]): string[] {
  const [first = [], ...others] = runs.map(caveatsOf)
  return first.filter((caveat) => others.every((each) => each.includes(caveat)))
}

/** The tables of a section, without the caveats that the page says once. */
function withoutCaveats(section: Section, shared: readonly string[]): Section {
  if (shared.length === 0) return section
  const silent = (cell: Cell): Cell => {
    if (!('caveat' in cell) || cell.caveat === undefined) return cell
    const { caveat, ...rest } = cell
    const own = caveatsIn(caveat).filter((each) => !shared.includes(each))
    return own.length === 0 ? rest : { ...rest, caveat: own.join('; ') }
  }
  return {
    ...section,
    blocks: section.blocks.map((block) =>
      block.kind === 'table'
        ? {
            kind: 'table',
            table: {
              ...block.table,
              rows: block.table.rows.map(({ id, cells }) => ({ id, cells: cells.map(silent) })),
            },
          }
        : block,
    ),
  }
}

function titleOf({ selection, cards }: Subject): string {
  const names = selection.cards.map(({ key, label }) => {
    const vramGb = cards.find((card) => card.key === key)?.vramGb?.value
    return vramGb === undefined ? label : `${label} ${vramGb} GB`
  })
  if (names.length === 0) return 'GPU servers, measured'
  return names.length === 1 ? `${names[0]}, measured` : names.join(' or ')
}

function factsOf({ runs }: Subject, { author, site }: Imprint): CustomerReport['facts'] {
  const dates = runs.map(({ startedAt }) => startedAt.slice(0, 10)).toSorted()
  const [from, to] = [dates[0], dates.at(-1)]
  const hosts = machinesOf(runs)
  const versions = versionsText(runs)
  const tools = [...new Set(runs.map(({ tool }) => tool.version))]
  return [
    ...(author === undefined ? [] : [{ label: 'By', text: author }]),
    ...(from === undefined || to === undefined
      ? []
      : [{ label: 'Measured', text: from === to ? from : `${from} to ${to}` }]),
    ...(site === undefined ? [] : [{ label: 'Where', text: site }]),
    ...(hosts.length === 0 ? [] : [{ label: hosts.length === 1 ? 'Server' : 'Servers', text: hosts.join('; ') }]),
    ...(versions === '' ? [] : [{ label: 'Versions', text: versions }]),
    ...(tools.includes(toolVersion) || tools.length === 0
      ? []
      : [{ label: 'Page made by', text: `joulemark ${toolVersion}` }]),
  ]
}

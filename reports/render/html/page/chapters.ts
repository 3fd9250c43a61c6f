import type { Chart } from '../../../charts/chart-types.ts'
import type { Report } from '../../../report.ts'
import type { Table } from '../../../tables/table.ts'

/** A part of the page that folds: tables and charts on one subject. */
export interface Chapter {
  /** Kebab-case: names the anchor. */
  readonly id: string
  readonly title: string
  readonly tables: readonly Table[]
  readonly charts: readonly Chart[]
  /** Unfolded when the page is opened, and then also on paper. */
  readonly isOpen: boolean
}

interface Subject {
  readonly id: string
  readonly title: string
  readonly tables: readonly string[]
  readonly hasChart: (chart: Chart) => boolean
  readonly isOpen: boolean
}

const isRun = ({ about }: Chart): boolean => about === 'run'
const named =
  (...starts: readonly string[]) =>
  (chart: Chart): boolean =>
    !isRun(chart) && starts.some((start) => chart.id === start || chart.id.startsWith(`${start}-`))
const noChart = (): boolean => false

/** The parts of the page in the order in which a reader asks: which card, how fast, at what cost; then what it rests on. */
const subjects: readonly Subject[] = [
  subject('which', 'Which card for what', ['winners', 'verdict'], named('relative-cost'), true),
  subject('throughput', 'Throughput', ['throughput', 'sweep'], named('headline', 'concurrency', 'sweep'), true),
  subject('latency', 'Latency and goodput', ['goodput', 'demand', 'sessions', 'turns', 'cache'], named('turns'), true),
  subject('cost', 'Power and cost', ['economics', 'jobs'], named('cost', 'tokens-per-joule'), true),
  subject('operating', 'Operating points', ['tune'], named('tune'), true),
  subject('cards', 'What fits, and the spec sheet', ['fits', 'spec'], noChart, false),
  subject('serving', 'How to serve it', ['serving'], noChart, false),
  subject('distributions', 'Latency distributions', [], named('latency'), false),
  subject('runs', 'Individual runs', [], isRun, false),
  subject('metrics', 'All metrics', ['metrics'], noChart, false),
  subject('quality', 'Quality and sources', ['gotchas'], noChart, false),
  subject('claims', 'Published claims, checked', ['audit'], noChart, false),
]

/** The chapters that every page has, for its style: their ids are known beforehand. */
export const chapterIds: readonly string[] = [...subjects.map(({ id }) => id), 'other']

function subject(
  id: string,
  title: string,
  tables: readonly string[],
  hasChart: Subject['hasChart'],
  isOpen: boolean,
): Subject {
  return { id, title, tables, hasChart, isOpen }
}

/**
 * The report by subject, without the chart that is part of its answer. Without runs the claims are what was asked for, so they
 * are open. Tables and charts of no subject have a chapter of their own. `quality` is always there: it names the sources.
 */
export function chaptersOf({ tables, charts, answer, sources }: Report): Chapter[] {
  const drawn = (charts?.list ?? []).filter(({ id }) => id !== answer?.chart?.id)
  const belongs = (table: Table, { tables: ids }: Subject) =>
    ids.some((id) => table.id === id || table.id.startsWith(`${id}-`))
  const known = subjects.map(
    (at): Chapter => ({
      ...{ id: at.id, title: at.title },
      tables: tables.filter((table) => belongs(table, at)).toSorted((a, b) => place(a, at) - place(b, at)),
      charts: drawn.filter(at.hasChart),
      isOpen: at.isOpen || (at.id === 'claims' && sources.length === 0),
    }),
  )
  const other: Chapter = {
    id: 'other',
    title: 'Other tables',
    tables: tables.filter((table) => !subjects.some((at) => belongs(table, at))),
    charts: drawn.filter((chart) => !subjects.some(({ hasChart }) => hasChart(chart))),
    isOpen: true,
  }
  return [other, ...known].filter((at) => at.id === 'quality' || at.tables.length + at.charts.length > 0)
}

const place = (table: Table, { tables }: Subject): number => tables.findIndex((id) => table.id.startsWith(id))

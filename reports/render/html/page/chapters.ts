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
  {
    id: 'which',
    title: 'Which card for what',
    tables: ['winners', 'verdict'],
    hasChart: named('relative-cost'),
    isOpen: true,
  },
  {
    id: 'throughput',
    title: 'Throughput',
    tables: ['throughput', 'sweep'],
    hasChart: named('headline', 'concurrency', 'sweep'),
    isOpen: true,
  },
  {
    id: 'latency',
    title: 'Latency and goodput',
    tables: ['goodput', 'demand', 'sessions', 'turns', 'cache'],
    hasChart: named('turns'),
    isOpen: true,
  },
  {
    id: 'cost',
    title: 'Power and cost',
    tables: ['economics', 'jobs'],
    hasChart: named('cost', 'tokens-per-joule'),
    isOpen: true,
  },
  { id: 'operating', title: 'Operating points', tables: ['tune'], hasChart: named('tune'), isOpen: true },
  { id: 'cards', title: 'What fits, and the spec sheet', tables: ['fits', 'spec'], hasChart: noChart, isOpen: false },
  { id: 'serving', title: 'How to serve it', tables: ['serving'], hasChart: noChart, isOpen: false },
  { id: 'advice', title: 'Production gotchas', tables: ['advice'], hasChart: noChart, isOpen: false },
  { id: 'distributions', title: 'Latency distributions', tables: [], hasChart: named('latency'), isOpen: false },
  { id: 'runs', title: 'Individual runs', tables: [], hasChart: isRun, isOpen: false },
  { id: 'metrics', title: 'All metrics', tables: ['metrics'], hasChart: noChart, isOpen: false },
  { id: 'quality', title: 'Quality and sources', tables: ['gotchas'], hasChart: noChart, isOpen: false },
  { id: 'claims', title: 'Published claims, checked', tables: ['audit'], hasChart: noChart, isOpen: false },
]

/** The chapters that every page has, for its style: their ids are known beforehand. */
export const chapterIds: readonly string[] = [...subjects.map(({ id }) => id), 'other']

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

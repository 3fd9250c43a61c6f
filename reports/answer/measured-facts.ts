import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import type { Facts } from '../facts.ts'
import { cardKeyOf, labelOf } from '../tables/selection.ts'
import type { AnswerFact } from './answer.ts'
import { firstFew, joinedAnd } from './phrases.ts'
import { countOf, type Workload, workloadText } from './workloads.ts'

/** More workloads than this are counted, and only the first ones named. */
const FEW = 3

/** What was measured, where, when and by which versions; a fact that no record has is absent. */
export function measuredFacts(runs: readonly RunRecord[], workloads: readonly Workload[], facts: Facts): AnswerFact[] {
  const models = modelsOf(runs, facts)
  const found: readonly (readonly [string, string | null])[] = [
    [workloads.length === 1 ? 'Workload' : 'Workloads', workloadsText(workloads)],
    [models.length === 1 ? 'Model' : 'Models', firstFew(models, 'models', FEW)],
    [new Set(runs.map(cardKeyOf)).size === 1 ? 'Card' : 'Cards', cardsText(runs, facts)],
    ['Where', serversText(runs)],
    ['When', datesText(runs)],
    ['Versions', versionsText(runs)],
  ]
  return found.flatMap(([label, text]) => (text === null || text === '' ? [] : [{ label, text }]))
}

function workloadsText(workloads: readonly Workload[]): string {
  const named = workloads.map(workloadText)
  return named.length <= FEW ? named.join('; ') : `${countOf(workloads)}, among them ${joinedAnd(named.slice(0, FEW))}`
}

const modelsOf = (runs: readonly RunRecord[], facts: Facts): string[] =>
  unique(runs.map(({ scenario }) => facts.model(scenario.model)?.label ?? scenario.model))

/** Each card with the number of those that served, such as `2 x RTX 4090`. */
function cardsText(runs: readonly RunRecord[], facts: Facts): string {
  return [...Map.groupBy(runs, cardKeyOf).values()]
    .map((own) => {
      const counts = unique(own.map(({ gpus }) => Math.max(1, servingGpus(gpus).length))).toSorted((a, b) => a - b)
      const label = labelOf(own[0]!, facts)
      return counts.length === 1 && counts[0] === 1 ? label : `${counts.join(' or ')} x ${label}`
    })
    .join(', ')
}

/** Servers by name, where the records show names: a copy for third parties does not. */
function serversText(runs: readonly RunRecord[]): string | null {
  const names = unique(runs.flatMap(({ host, redacted }) => (redacted || host.hostname === '' ? [] : [host.hostname])))
  const machines = machinesOf(runs)
  if (names.length === 0) return machines.length === 1 ? machines[0]! : null
  if (names.length > FEW) return `${counted(names.length, 'server')}, among them ${joinedAnd(names.slice(0, FEW))}`
  return machines.length === 1 ? `${joinedAnd(names)} (${machines[0]})` : joinedAnd(names)
}

/** The machines that the runs were measured on: processor and memory. */
export const machinesOf = (runs: readonly RunRecord[]): string[] =>
  unique(runs.map(({ host }) => `${host.cpu}, ${host.cpuCount} threads, ${Math.round(host.memoryGiB)} GiB`))

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** From the start of the first run to the end of the last one: `26 Nov 2026, 07:53 to 07:59 UTC`. */
function datesText(runs: readonly RunRecord[]): string | null {
  const starts = runs.map(({ startedAt }) => startedAt).toSorted()
  const ends = runs.map(({ startedAt, endedAt }) => endedAt ?? startedAt).toSorted()
  const [from, to] = [starts[0], ends.at(-1)]
  if (from === undefined || to === undefined) return null
  const [first, last] = [from, to].map((at) => day.format(new Date(at)))
  if (first !== last) return `${first} to ${last} (UTC)`
  const [start, end] = [from, to].map((at) => at.slice(11, 16))
  return start === end ? `${first}, ${start} UTC` : `${first}, ${start} to ${end} UTC`
}

/** Engines, drivers and versions of joulemark: `vllm 0.11.0, driver 580.0, joulemark 0.6.0`. */
export function versionsText(runs: readonly RunRecord[]): string {
  // where memory ran out no server may have answered
  const engines = runs
    .filter(({ oom }) => oom === undefined)
    .map(({ endpoint }) => endpoint.version && endpoint.engine && `${endpoint.engine} ${endpoint.version}`)
  const drivers = runs.flatMap(({ gpus }) => gpus.flatMap(({ driver }) => (driver === null ? [] : `driver ${driver}`)))
  const tools = runs.map(({ tool }) => `joulemark ${tool.version}`)
  return unique([...engines, ...drivers, ...tools].filter((part) => part !== null && part !== '')).join(', ')
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

import { cardByKey } from '../../catalogue/cards.ts'
import { systemClock } from '../../clock.ts'
import { type DoctorReport, runDoctor } from '../../telemetry/doctor/run-doctor.ts'
import { inlineNvidiaSmi } from '../fake-nvidia-smi-inline.ts'
import { failureCases } from './failures.ts'
import type { DoctorCase } from './machine.ts'
import { otherCardCases } from './other-cards.ts'
import { sickCardCases } from './sick-cards.ts'
import { useCases } from './use.ts'

/** Every machine of these tables: real texts of nvidia-smi, and what the doctor must say of them. */
export const doctorCases: readonly DoctorCase[] = [...failureCases, ...sickCardCases, ...otherCardCases, ...useCases]

const noCounter = { state: 'no-koffi', reason: 'not installed' } as const

/** The doctor's report of one of these machines. */
export function examineCase({
  smi,
  files = {},
  dmesg,
  isServing = false,
  serverPids = [],
  card,
}: DoctorCase): Promise<DoctorReport> {
  const expected = card === undefined ? null : cardByKey(card)
  return runDoctor({
    nvidiaSmi: 'nvidia-smi',
    ...inlineNvidiaSmi(smi, () => systemClock.nowMs()),
    clock: systemClock,
    ...(expected === null ? {} : { expected: [expected] }),
    readText: async (path) => files[path] ?? null,
    runProgram: async (program) => (program === 'timedatectl' ? 'yes\n' : program === 'dmesg' ? (dmesg ?? null) : null),
    serverPids,
    ...(isServing ? { load: async () => {} } : {}),
    openCounter: async () => ({ first: noCounter, counter: { read: async () => noCounter, close: () => {} } }),
    probeIdleMs: 1,
    probeLoadMs: 1,
  })
}

/** What a report does not say although it must; empty when it says everything. */
export function missingIn({ isHealthy, mustSay }: DoctorCase, report: DoctorReport): string[] {
  const wrong = mustSay.flatMap(({ id, status, read = /(?:)/, fix = /(?:)/, not }) => {
    const check = report.checks.find((each) => each.id === id)
    if (check === undefined) return [`no check ${id}`]
    const says = `${check.status}: ${check.read} || ${check.fix}`
    return [
      ...(check.status === status ? [] : [`${id} must be ${status}, is ${says}`]),
      ...(read.test(check.read) ? [] : [`${id} must read ${read}, is ${says}`]),
      ...(fix.test(check.fix) ? [] : [`${id} must advise ${fix}, is ${says}`]),
      ...(not?.test(`${check.read} || ${check.fix}`) ? [`${id} must not say ${not}, is ${says}`] : []),
    ]
  })
  const health = report.isHealthy === isHealthy ? [] : [`healthy must be ${isHealthy}: ${faultsOf(report)}`]
  return [...health, ...wrong]
}

/** The faults of a report, each with what was read. */
const faultsOf = ({ checks }: DoctorReport): string =>
  checks
    .filter(({ status }) => status === 'fail')
    .map(({ id, read }) => `${id}: ${read}`)
    .join('; ') || 'none'

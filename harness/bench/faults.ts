/**
 * Every fault and lie of the simulator, with the signs that show it: those of a short run that a clean run does not have.
 * npm run bench:faults; takes about a minute.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import type { DoctorReport } from '../telemetry/doctor/run-doctor.ts'
import { watchedCardCases } from '../testing/card-fault-cases.ts'
import { doctorCases, examineCase, missingIn } from '../testing/doctor/cases.ts'
import type { DoctorCase } from '../testing/doctor/machine.ts'
import { cleanCases, type FaultCase, faultCases, streamCases } from '../testing/fault-cases.ts'
import { endOf, evidenceOf, type FaultRun, runFault, signsOf } from '../testing/fault-runs.ts'
import { pageCases } from '../testing/page-cases.ts'
import { startCases } from '../testing/start-cases.ts'

/** Concurrent runs: they mostly sleep, but more would disturb each other. */
const AT_ONCE = 3

/** Ignored: the load of the client on a busy machine does not depend on the fault. */
const BESIDE_THE_POINT = 'client-headroom'

/** One row: the signs that a clean run does not have, with the evidence of gates; and the expected signs that are missing. */
function row({ title, mustShow }: FaultCase, run: FaultRun | Error, usual: ReadonlySet<string>): string {
  if (run instanceof Error) return `| ${title} | the run ended: ${run.message} | ${mustShow.join('; ')} |`
  const signs = signsOf(run)
  const evidence = evidenceOf(run)
  const signsOfFault = signs
    .filter((sign) => !sign.startsWith(BESIDE_THE_POINT) && (!usual.has(sign) || mustShow.includes(sign)))
    .map((sign) => {
      const said = evidence.get(sign.split(' ')[0] as string)
      return said === undefined || sign.endsWith(' pass') ? sign : `**${sign}** (${said})`
    })
  return `| ${title} | ${signsOfFault.join('; ')} | ${mustShow.filter((sign) => !signs.includes(sign)).join('; ')} |`
}

/** One row: what the doctor said in the checks that must find the fault; and what it did not say although it must. */
function doctorRow(each: DoctorCase, report: DoctorReport): string {
  const ids = each.mustSay.map(({ id }) => id)
  const said = report.checks
    .filter(({ id, status }) => ids.includes(id) && status !== 'pass')
    .map(({ id, status, read, fix }) => `**doctor: ${id} ${status}** (${read}${fix === '' ? '' : `; fix: ${fix}`})`)
  const text = said.length === 0 ? 'doctor: nothing, as it must' : said.join('; ')
  return `| ${each.title} | ${text.replaceAll('|', '/')} | ${missingIn(each, report).join('; ')} |`
}

const outDir = mkdtempSync(join(tmpdir(), 'joulemark-faults-'))
try {
  const limit = pLimit(AT_ONCE)
  const cases = [...cleanCases, ...faultCases, ...streamCases, ...pageCases, ...watchedCardCases]
  const runs = await Promise.all(
    cases.map((each) => limit(() => runFault(each, outDir).catch((error: unknown) => error as Error))),
  )
  const ends = await Promise.all(startCases.map((each) => limit(() => endOf(each, outDir))))
  const usualWhen = (watched: boolean): Set<string> => {
    const clean = runs[cleanCases.findIndex((each) => (each.watched ?? false) === watched)]
    return new Set(clean === undefined || clean instanceof Error ? [] : signsOf(clean))
  }
  const usual = { watched: usualWhen(true), alone: usualWhen(false) }
  process.stdout.write('| fault | signs | missing signs |\n|---|---|---|\n')
  cases.forEach((each, index) => {
    const line = row(each, runs[index] as FaultRun | Error, each.watched ? usual.watched : usual.alone)
    process.stdout.write(`${line}\n`)
  })
  startCases.forEach(({ title, mustSay }, index) => {
    const end = ends[index] as string
    process.stdout.write(`| ${title} | **the run ended** (${end}) | ${end.includes(mustSay) ? '' : mustSay} |\n`)
  })
  for (const each of doctorCases) process.stdout.write(`${doctorRow(each, await examineCase(each))}\n`)
} finally {
  rmSync(outDir, { recursive: true, force: true })
}

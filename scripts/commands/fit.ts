import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { cardsNamed } from '../../harness/catalogue/find.ts'
import { exitCodes, messageOf } from '../../harness/errors.ts'
import { findRuns, readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { parseClaims } from '../../reports/claims/schema.ts'
import { fitClaims, fitClaimsTable } from '../../reports/comparison/fit-claims.ts'
import { capacityRows, capacityTable, modelFits, modelFitTable } from '../../reports/comparison/fit-table.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import type { CommandIo } from '../support/io.ts'
import { tablesReport } from '../support/tables-report.ts'

/** `fit` as typed. */
export interface FitFlags {
  readonly card?: readonly string[]
  readonly context: number
  readonly sessions: number
  readonly fp8Kv?: boolean
  readonly runs: string
  readonly json?: boolean
}

/** The two cards of the comparison that the tool was made for. */
const USUAL_CARDS = ['rtx-4090', 'rtx-pro-6000-max-q'] as const

/** What fits: every model on each card, the article's own table beside ours, and KV capacity as servers had it. */
export async function fitCommand(flags: FitFlags, io: CommandIo): Promise<number> {
  const cards = (flags.card ?? USUAL_CARDS).flatMap((names) => cardsNamed(names))
  const assumed = {
    contextTokens: flags.context,
    sessions: flags.sessions,
    kvBytesPerElement: flags.fp8Kv ? 1 : 2,
  } as const
  const claims = parseClaims(article, 'the article')
  const runs = await runsIn(flags.runs, io)
  if (flags.json) {
    const answer = {
      assumed,
      models: modelFits(cards, assumed),
      article: fitClaims(claims),
      kvCapacity: capacityRows(runs),
    }
    io.stdout(`${JSON.stringify(answer, null, 2)}\n`)
    return exitCodes.done
  }
  const measured = capacityTable(runs)
  const tables = [modelFitTable(cards, assumed), fitClaimsTable(claims), ...(measured ? [measured] : [])]
  const width = io.columns === null ? {} : { columns: io.columns }
  io.stdout(renderTerminal(tablesReport('What fits', tables), { color: io.color, ...width }))
  return exitCodes.done
}

/** Records that are there and can be read; a folder without any is not the person's mistake here. */
async function runsIn(folder: string, io: CommandIo): Promise<RunRecord[]> {
  const directories = await findRuns([folder]).catch(() => [])
  const runs: RunRecord[] = []
  for (const directory of directories) {
    try {
      runs.push((await readRun(directory)).record)
    } catch (error) {
      io.stderr.write(`left out: ${messageOf(error)}\n`)
    }
  }
  return runs
}

import { existsSync } from 'node:fs'
import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { cardsNamed, catalogueNames, modelsNamed } from '../../harness/catalogue/find.ts'
import { nearest } from '../../harness/catalogue/nearest.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { readAll, readHistory } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { parseClaims } from '../../reports/claims/file/parse.ts'
import { fitClaims, fitClaimsTable } from '../../reports/comparison/fit-claims.ts'
import {
  capacityRows,
  capacityTable,
  fitOverview,
  modelFits,
  modelFitTable,
} from '../../reports/comparison/fit-table.ts'
import type { CommandIo } from '../support/io.ts'
import { addNamedModels } from '../support/models/scenario-models.ts'
import { tablesText } from '../support/terminal.ts'

/** Flags of `fit`. */
export interface FitFlags {
  readonly card?: readonly string[]
  readonly model?: readonly string[]
  readonly context: number
  readonly sessions: number
  readonly fp8Kv?: boolean
  readonly json?: boolean
}

/** Default cards: the two of the article's comparison. */
export const USUAL_CARDS = ['rtx-4090', 'rtx-pro-6000-max-q'] as const

/** Shows which models fit on each card, beside the article's table, and the KV capacity reported by servers. */
export async function showFit(paths: readonly string[], flags: FitFlags, io: CommandIo): Promise<number> {
  const cards = (flags.card ?? USUAL_CARDS).flatMap((names) => cardsNamed(names))
  await addNamedModels(flags.model ?? [], io)
  const models = flags.model?.flatMap((names) => modelsNamed(names))
  const assumed = {
    contextTokens: flags.context,
    sessions: flags.sessions,
    kvBytesPerElement: flags.fp8Kv ? 1 : 2,
  } as const
  const claims = parseClaims(article, 'the article')
  refuseCards(paths)
  const runs = await recordsOf(paths, io)
  if (flags.json) {
    const answer = {
      assumed,
      models: modelFits(cards, assumed, models),
      article: fitClaims(claims),
      kvCapacity: capacityRows(runs),
    }
    io.stdout(`${JSON.stringify(answer, null, 2)}\n`)
    return exitCodes.done
  }
  const measured = capacityTable(runs)
  const fits = models === undefined ? fitOverview(cards, assumed) : modelFitTable(cards, assumed, models)
  const tables = [fits, fitClaimsTable(claims), ...(measured ? [measured] : [])]
  io.stdout(tablesText('What fits', tables, io))
  return exitCodes.done
}

/** A card where a run is expected: the names of cards belong to --card. */
function refuseCards(paths: readonly string[]): void {
  for (const path of paths) {
    const card = existsSync(path) ? null : nearest(path, catalogueNames.cards)
    if (card !== null) {
      throw new JoulemarkError('bad-input', `${path}: no such run or folder of runs; a card is named by --card ${card}`)
    }
  }
}

/** The records of the named runs; without names those in `results`, if any. */
async function recordsOf(paths: readonly string[], io: CommandIo): Promise<RunRecord[]> {
  const { runs, unreadable } = paths.length === 0 ? await readHistory('results') : await readAll(await findRuns(paths))
  for (const why of unreadable) io.stderr.write(`skipped: ${why}\n`)
  return runs.map(({ record }) => record)
}

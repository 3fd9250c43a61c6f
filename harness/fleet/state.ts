import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError, messageOf } from '../errors.ts'
import { jsonOf } from '../json-text.ts'
import { makeFolder, replaceFile, toJson } from '../record/json-file.ts'
import { lossKinds } from './engine.ts'

/** What became of each box of a campaign: one file, replaced after every change, so that a crash loses nothing. */

const handleSchema = z.object({
  id: z.string(),
  box: z.string(),
  native: z.string(),
  outFolder: z.string(),
  logFolder: z.string(),
})

/**
 * `planned` not handed to the engine yet; `submitted` handed to it (without a handle: a crash was in between; with an exit code: it
 * has ended, and its records are still to be brought); `measured` ended with an answer, good or bad; `failed` ended without one; `lost` by the engine; `unusable` takes no job; `refused` by the engine;
 * `held` because the canary was not good.
 */
const boxStates = ['planned', 'submitted', 'measured', 'failed', 'lost', 'unusable', 'refused', 'held'] as const

export const campaignBoxSchema = z.object({
  box: z.string().describe('name of the server in the fleet file'),
  part: z.enum(['canary', 'fleet']).describe('canary: it is measured before the others start'),
  state: z
    .enum(boxStates)
    .describe(
      'planned: not begun; submitted: with the engine; measured: ended with an answer, good or bad; failed: ended without one; lost: by the engine; unusable: it takes no job; refused: by the engine; held: the canary was not good',
    ),
  attempt: z.int().nonnegative().describe('which try this is, from 1; 0 before the first'),
  losses: z.int().nonnegative().describe('tries that the engine lost'),
  handle: handleSchema.nullable(),
  running: z.boolean().describe('whether its job runs now; only while it is submitted'),
  exitCode: z.int().nullable().describe('exit code of joulemark on that server; null until it has ended'),
  runs: z.int().nonnegative().describe('runs of this campaign that were brought from it'),
  lossKind: z.enum(lossKinds).nullable(),
  cancelled: z
    .boolean()
    .optional()
    .describe('whether `fleet run` has cancelled its job: once that is over, it starts again'),
  notBrought: z.boolean().optional().describe('whether it ended with an answer, and its records could not be brought'),
  reason: z
    .string()
    .nullable()
    .describe(
      'why it is in this state, in the words of the engine or of joulemark; null where there is nothing to say',
    ),
  since: z.iso.datetime().describe('since when, UTC'),
})

const stateSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  engine: z.enum(['slurm', 'ansible', 'kubernetes']),
  /** Path of the fleet file, absolute. */
  fleetFile: z.string(),
  /** Digest of what is measured: a campaign is not continued with other scenarios or flags. */
  work: z.string(),
  createdAt: z.iso.datetime(),
  /** What is compared with: a folder, store:QUERY, `baseline`, or null. */
  against: z.string().nullable(),
  /** What the canary showed; null before it is judged, and without one. */
  canary: z.object({ goOn: z.boolean(), reason: z.string() }).nullable(),
  boxes: z.array(campaignBoxSchema),
})

export type Campaign = z.infer<typeof stateSchema>
export type CampaignBox = Campaign['boxes'][number]

export const campaignPath = (out: string): string => join(out, 'fleet-run.json')

/** The campaign of a folder; null where there is none. Throws `bad-input` for a file of another kind or version. */
export function readCampaign(out: string): Campaign | null {
  const path = campaignPath(out)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new JoulemarkError('environment', `${path}: cannot be read: ${messageOf(error)}`)
  }
  const parsed = stateSchema.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  throw new JoulemarkError('bad-input', `${path}: not the state of a fleet run of this version; choose another --out`)
}

/** Writes the state of a campaign. Throws `DiskError`. */
export function keepCampaign(out: string, campaign: Campaign): void {
  makeFolder(out)
  replaceFile(campaignPath(out), toJson(campaign))
}

/** Boxes that will not change any more in this campaign, unless it is resumed. */
export const isFinal = ({ state }: Pick<CampaignBox, 'state'>): boolean => state !== 'planned' && state !== 'submitted'

/**
 * The campaign to go on with: what ended with an answer is kept, and its records are asked for again where they could not be
 * brought; what is with the engine is followed; everything else starts again. The canary is judged again by what
 * was measured: its boxes, its rule or what it is compared with may have changed. Pure.
 */
export function resumed(campaign: Campaign, at: Date): Campaign {
  const boxes = campaign.boxes.map((box): CampaignBox => {
    if (box.notBrought && box.handle !== null) return { ...box, state: 'submitted' }
    if (box.state === 'measured' || box.state === 'submitted') return box
    return { ...box, ...nothingYet, since: at.toISOString() }
  })
  return { ...campaign, boxes, canary: null }
}

/** A box before its next try. */
export const nothingYet = {
  state: 'planned',
  losses: 0,
  handle: null,
  running: false,
  exitCode: null,
  lossKind: null,
  cancelled: false,
  notBrought: false,
  reason: null,
} as const

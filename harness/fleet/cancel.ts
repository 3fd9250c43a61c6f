import { JoulemarkError } from '../errors.ts'
import type { FleetEngine, JobHandle } from './engine.ts'
import type { Campaign, CampaignBox } from './state.ts'

/** What became of the cancelling of the jobs of a campaign. */
export interface Cancelled {
  /** The campaign, in which the boxes of cancelled jobs start again when it goes on. */
  readonly campaign: Campaign
  /** Jobs that were cancelled. */
  readonly jobs: number
  /** Jobs that may go on, each with the reason, as `gpu7: Connection timed out`. */
  readonly problems: readonly string[]
}

/** Boxes whose jobs the engine has, as far as is known. */
export const withEngine = ({ boxes }: Campaign): readonly CampaignBox[] =>
  boxes.filter(({ state, handle, exitCode }) => state === 'submitted' && handle !== null && exitCode === null)

/** Boxes of which it is not known whether the engine has a job: it did not answer while they were submitted. */
export const unknownToUs = ({ boxes }: Campaign): readonly CampaignBox[] =>
  boxes.filter(({ state, handle }) => state === 'submitted' && handle === null)

/**
 * Cancels all jobs of a campaign. A box whose job was cancelled stays submitted and is marked: to go on brings what the job left, and
 * then measures the box again. One whose job could not be cancelled is followed as before.
 */
export async function cancelAll(campaign: Campaign, engine: Pick<FleetEngine, 'cancel'>, at: Date): Promise<Cancelled> {
  const boxes = withEngine(campaign)
  const answers = await answersOf(
    engine,
    boxes.map(({ handle }) => handle as JobHandle),
  )
  const failures = new Map(boxes.map(({ box }, index) => [box, answers[index] ?? null]))
  const change = (box: CampaignBox): CampaignBox =>
    failures.get(box.box) === null
      ? {
          ...box,
          cancelled: true,
          running: false,
          reason: 'cancelled; starts again with --resume',
          since: at.toISOString(),
        }
      : box
  const unknown = unknownToUs(campaign).map(({ box }) => `${box}: the engine did not say whether it has a job`)
  const problems = [...failures].flatMap(([box, problem]) => (problem === null ? [] : [`${box}: ${problem}`]))
  return {
    campaign: { ...campaign, boxes: campaign.boxes.map(change) },
    jobs: boxes.length - problems.length,
    problems: [...problems, ...unknown],
  }
}

/** What the engine says of each; its own failure for all where it does not answer. */
async function answersOf(
  engine: Pick<FleetEngine, 'cancel'>,
  handles: readonly JobHandle[],
): Promise<readonly (string | null)[]> {
  if (handles.length === 0) return []
  try {
    return await engine.cancel(handles)
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    return handles.map(() => error.message)
  }
}

import { join } from 'node:path'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import type { BoxJob } from './engine.ts'

/** Where a campaign is kept on this machine. */
export interface CampaignPlace {
  /** Id of the campaign: name and time. */
  readonly id: string
  /** The --out folder, absolute. */
  readonly out: string
}

/** Id of a campaign: the name of the fleet and the second in which it began, in UTC. */
export const campaignId = (name: string, at: Date): string =>
  `${name}-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', 't')}`

/** The folder of this machine for the records and the log of a box. */
export const boxFolder = (out: string, box: string): string => join(out, 'boxes', box)

/** The folder that a box writes its records to, as the box sees it. */
function outFolderOf(fleet: Fleet, { out }: Pick<CampaignPlace, 'out'>, box: string): string {
  if (fleet.results !== undefined) return join(fleet.results, box)
  return fleet.engine === 'slurm' ? boxFolder(out, box) : fleet.folder
}

/** The job of a box, for its first or a further try. Pure. */
export function jobOf(
  fleet: Fleet,
  place: CampaignPlace,
  { box, attempt, endWithinS }: { readonly box: string; readonly attempt: number; readonly endWithinS: number | null },
): BoxJob {
  const outFolder = outFolderOf(fleet, place, box)
  return {
    id: `jm-${place.id}-${box}-${attempt}`,
    box,
    argv: [...fleet.command, ...wordsOf(fleet, outFolder, attempt)],
    files: fleet.scenarioFiles,
    outFolder,
    logFolder: boxFolder(place.out, box),
    timeLimitS: fleet.timeLimit,
    endWithinS,
  }
}

function wordsOf(fleet: Fleet, outFolder: string, attempt: number): string[] {
  const store = fleet.store === undefined ? ['--no-store'] : ['--store', fleet.store]
  const common = ['--out', outFolder, ...store, ...fleet.flags]
  if (fleet.do === 'run') {
    const against = fleet.against === 'baseline' ? ['--against', 'baseline'] : []
    return ['run', ...fleet.scenarios, '--endpoint', fleet.endpoint, '--no-progress', ...against, ...common]
  }
  const suite = fleet.scenarios.length === 0 ? [] : ['--suite', ...fleet.scenarios]
  // what an earlier try measured is kept
  const resume = attempt > 1 ? ['--resume'] : []
  return ['box', ...(fleet.full ? ['--full'] : []), ...resume, ...common, ...suite]
}

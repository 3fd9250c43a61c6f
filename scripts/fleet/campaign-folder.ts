import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { JoulemarkError } from '../../harness/errors.ts'
import { campaignPath, readCampaign } from '../../harness/fleet/state.ts'

/** Where campaigns are kept unless --out says otherwise. */
const HOME = join('results', 'fleet')

/** The folder of a new campaign. */
export const newFolder = (out: string | undefined, id: string): string => resolve(out ?? join(HOME, id))

/**
 * The folder of a campaign that is there: the given one, else the newest of those kept, of a fleet of this name if one is given.
 * Throws `bad-input` where there is none.
 */
export function folderThere(out: string | undefined, name: string | null): string {
  if (out !== undefined) {
    if (readCampaign(out) !== null) return resolve(out)
    throw new JoulemarkError(
      'bad-input',
      `${campaignPath(out)}: no such file; \`joulemark fleet run FLEET --out ${out}\` begins one`,
    )
  }
  const found = namesIn(HOME).flatMap((each) => {
    const campaign = readCampaign(join(HOME, each))
    return campaign !== null && (name === null || campaign.name === name) ? [{ each, at: campaign.createdAt }] : []
  })
  const newest = found.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0]
  if (newest !== undefined) return resolve(HOME, newest.each)
  throw new JoulemarkError(
    'bad-input',
    `${HOME}: no fleet run in it${name === null ? '' : ` of ${name}`}; name its folder`,
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

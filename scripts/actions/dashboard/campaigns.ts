import { type Campaign, readCampaign } from '../../../harness/fleet/state.ts'
import { foldersIn } from '../../../harness/record/disk/run-folders.ts'
import type { Table } from '../../../reports/tables/table.ts'
import { statusTable } from '../../fleet/status-table.ts'

/** Campaigns that are shown. */
const MOST = 5

/** The newest campaigns of `fleet run` in some folders or in those in them, as they were kept last: the engine is not asked. */
export function campaignTables(folders: readonly string[]): Table[] {
  const places = [...new Set(folders.flatMap((folder) => [folder, ...foldersIn(folder)]))]
  return places
    .flatMap((folder) => campaignIn(folder) ?? [])
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, MOST)
    .map((campaign, at) => {
      const table = statusTable(campaign)
      return { ...table, id: `fleet-run-${at + 1}`, title: `Fleet ${campaign.name}: ${table.title}` }
    })
}

/** A file of another version is no campaign of this one. */
function campaignIn(folder: string): Campaign | null {
  try {
    return readCampaign(folder)
  } catch {
    return null
  }
}

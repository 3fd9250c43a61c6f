import { join } from 'node:path'
import { foldersIn } from '../../../harness/record/disk/run-folders.ts'

/** Where the runs of each box of a campaign of `fleet run` are, in its folder. */
const BOXES = 'boxes'

/** The folders in which runs may lie: the given ones, those in them (one for each box), and the boxes of a campaign. */
export const boxFolders = (folders: readonly string[]): string[] => [
  ...new Set(folders.flatMap((folder) => [folder, ...foldersIn(folder), ...foldersIn(join(folder, BOXES))])),
]

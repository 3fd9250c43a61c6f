import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CheckedBundle, checkBundle } from './check-bundle.ts'

/** Unpacks a bundle into a temporary folder, calls `work` and removes the folder. */
export async function withBundle<Result>(
  path: string,
  use: (bundle: CheckedBundle) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'joulemark-bundle-'))
  try {
    return await use(await checkBundle(path, folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

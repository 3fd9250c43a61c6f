import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { catalogueNames } from '../../../harness/catalogue/find.ts'
import { loadScenarios } from '../../../harness/scenario/load-file.ts'
import { timeCompressed } from '../../simulate/time-compressed.ts'
import type { Place } from './place.ts'

/** A trial of seconds: what a command does is shown, and no figure is looked at. */
const TRIAL = { seconds: 3, warmupSeconds: 1, quietSeconds: 1, idleSeconds: 0, minWindowSeconds: 1 }

/** Writes a bundled scenario or suite with short trials and requests into the folder of a place, as NAME.yaml. */
export async function addShort({ folder }: Place, name: string, as = name): Promise<void> {
  const files = await loadScenarios([name], catalogueNames)
  const written = files.map((file) => {
    const short = timeCompressed(file)
    return { ...short, trial: { ...short.trial, ...TRIAL } }
  })
  if (files.length === 1) {
    writeFileSync(join(folder, `${as}.yaml`), stringify({ ...written[0], name: as }))
    return
  }
  mkdirSync(join(folder, as))
  for (const each of written) writeFileSync(join(folder, as, `${each.name}.yaml`), stringify(each))
  const suite = { title: name, scenarios: written.map((each) => `${as}/${each.name}.yaml`) }
  writeFileSync(join(folder, `${as}.yaml`), stringify(suite))
}

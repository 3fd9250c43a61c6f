import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../../../errors.ts'
import { keyPlace, loadKey } from '../../../record/signing/key-file.ts'
import { type Finding, fault } from '../facts.ts'

/** Whether there is a key to sign runs with, or a place where the first live run can make one. */
export function keyFinding(env: NodeJS.ProcessEnv): Finding<{ readonly path: string; readonly isMade: boolean }> {
  const { path } = keyPlace(env)
  try {
    if (loadKey(env) !== null) return { state: 'well', path, isMade: true }
  } catch (error) {
    return fault(messageOf(error), `ls -l ${path}`)
  }
  const folder = nearestFolder(path)
  return isWritable(folder)
    ? { state: 'well', path, isMade: false }
    : fault(`there is no key, and ${folder} cannot be written`, 'JOULEMARK_KEY=FILE joulemark key new --out FILE')
}

const exists = (path: string): boolean => allows(path, constants.F_OK)
const isWritable = (path: string): boolean => allows(path, constants.W_OK)

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

function nearestFolder(path: string): string {
  const parent = dirname(path)
  return parent === path || exists(parent) ? parent : nearestFolder(parent)
}

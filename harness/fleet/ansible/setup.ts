import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { JoulemarkError } from '../../errors.ts'
import type { Fleet } from '../../scenario/fleet/load-fleet.ts'
import type { FleetEngine } from '../engine.ts'
import { type AnsibleOptions, ansibleEngine } from './ansible-engine.ts'

/** Flags of ansible-playbook that may not be given, and what to do instead. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^(-i|--inventory)/, 'is stated by `ansible.inventory`'],
  [/^(-l|--limit)/, 'is stated by `boxes` and `exclude`'],
  [/^(-f|--forks)/, 'is chosen by the number of boxes; `atOnce` says how many are measured at once'],
  [/^(-b$|--become$)/, 'is stated by `ansible.become`'],
  [/^(-k|-K|-J|--ask-)/, 'asks a person; give a file: --vault-password-file, --become-password-file, --private-key'],
  [
    /^(-C|-D|--check|--diff|--step|--syntax-check|--list-|--start-at-task|-t|--tags|--skip-tags)/,
    'changes what is played',
  ],
]

/**
 * How Ansible is called for a fleet. Throws `bad-input` for an inventory that is not there, and for flags that ask a person or
 * change what is played.
 */
export function ansibleOptions(
  { path, ansible, command }: Pick<Fleet, 'path' | 'ansible' | 'command'>,
  env: NodeJS.ProcessEnv,
): AnsibleOptions {
  const { inventory, become, flags, lostAfter } = ansible ?? {
    ...{ inventory: [], become: false, flags: [], lostAfter: 600 },
  }
  const refuse = (field: string, why: string) => {
    throw new JoulemarkError('bad-input', `${path}: ansible.${field}: ${why}`)
  }
  for (const [index, flag] of flags.entries()) {
    const why = REFUSED.find(([form]) => form.test(flag))?.[1]
    if (why !== undefined) refuse(`flags.${index}`, `${flag} ${why}`)
  }
  const files = inventory.map((each, index) => {
    // a list of hosts instead of a file, as Ansible writes it: `gpu1,gpu2` or `gpu1,`
    if (each.includes(',')) return each
    const file = resolve(dirname(path), each)
    if (!existsSync(file)) refuse(`inventory.${index}`, `no such file: ${file}`)
    return file
  })
  return { inventory: files, become, flags, env, commandWords: command.length, lostAfterS: lostAfter }
}

/** The engine of a fleet that names Ansible. Throws as `ansibleOptions` does. */
export const ansibleOf = (fleet: Parameters<typeof ansibleOptions>[0], env: NodeJS.ProcessEnv): FleetEngine =>
  ansibleEngine(ansibleOptions(fleet, env))

import { expandHostList } from '../../scenario/fleet/host-list.ts'
import type { EngineBox } from '../engine.ts'
import type { Answers } from './answers.ts'

/** The name of a host becomes that of a folder and part of the name of a job. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * A name of FLEET.yaml as patterns of Ansible: itself, and the names that it stands for as a list of hosts. `gpu[1-8]` is a part of
 * the group `gpu` for Ansible; where there is none, it is gpu1 to gpu8.
 */
export function patternsOf(name: string): string[] {
  try {
    return [...new Set([name, ...expandHostList(name)])]
  } catch {
    // brackets of Ansible, such as gpus[0] or gpus[1:]
    return [name]
  }
}

/** The boxes that names stand for, each once, by what Ansible answered. Pure. */
export function boxesOf(names: readonly string[], { patterns, hosts }: Answers): EngineBox[] {
  const boxes = new Map<string, EngineBox>()
  for (const name of names) {
    const [own, ...expanded] = patternsOf(name)
    const found = patterns.get(own!) ?? []
    const all = found.length > 0 ? found : expanded.flatMap((each) => patterns.get(each) ?? [])
    const missing = found.length > 0 ? [] : expanded.filter((each) => (patterns.get(each) ?? []).length === 0)
    for (const host of all) boxes.set(host, boxOf(host, hosts.get(host)))
    for (const unknown of all.length > 0 || missing.length > 0 ? missing : [name]) {
      boxes.set(unknown, unusable(unknown, 'no host and no group of the inventory'))
    }
  }
  return [...boxes.values()]
}

function boxOf(name: string, answer: ReturnType<Answers['hosts']['get']>): EngineBox {
  if (!PLAIN_NAME.test(name)) {
    return unusable(name, 'its name in the inventory can be no folder: letters, digits, dots and dashes are expected')
  }
  if (answer === undefined) return unusable(name, 'Ansible did not ask it')
  if (answer.status === 'ok') return { name, usable: true, reason: null, gpus: null }
  return unusable(name, answer.message || answer.status)
}

const unusable = (name: string, reason: string): EngineBox => ({ name, usable: false, reason, gpus: null })

import { flagName, vllmFlags } from '../run/vllm-flags.ts'

/** The flags of `vllm bench serve` and what `joulemark run` makes of each, as Markdown tables. */
export function vllmFlagTables(): string {
  const understood = vllmFlags.flatMap((flag) => ('here' in flag ? [[flagName(flag), flag.here]] : []))
  const unused = vllmFlags.flatMap((flag) => ('unused' in flag ? [[flagName(flag), flag.unused]] : []))
  const refused = vllmFlags.flatMap((flag) => ('refused' in flag ? [[flagName(flag), flag.refused]] : []))
  return [
    table(['understood', 'is here'], understood),
    table(['not used, and said once', 'why'], unused),
    table(['refused', 'why, or what to do'], refused),
  ].join('\n\n')
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, ['---', '---'], ...rows.map(([flag = '', text = '']) => [`\`${flag}\``, text])]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

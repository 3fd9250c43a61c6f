/** The path between two cards: a cell of `nvidia-smi topo -m`. */
export interface Link {
  readonly from: string
  readonly to: string
  /** X, PIX, PXB, PHB, NODE, SYS, or NV and a number of NVLinks. */
  readonly path: string
}

/** nvidia-smi underlines the header even when its output is a pipe. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches escape sequences to remove them.
const stripAnsi = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '')

/** The header names columns after its first one; a row has a path there. A card that cannot be read has no column. */
const isHeader = (line: string): boolean => /^\s*GPU\d+\s*(?:$|\s(?:GPU\d|NIC\d|CPU|NUMA|mlx))/.test(line)

/** Links between GPUs in the text of `nvidia-smi topo -m` (or `topo -p2p r`, whose cells are OK, CNS, NS, …). */
export function parseTopology(text: string): Link[] {
  const lines = stripAnsi(text).split(/\r?\n/)
  const headerAt = lines.findIndex(isHeader)
  if (headerAt < 0) return []
  const columns = (lines[headerAt] as string)
    .trim()
    .split(/\t+|\s{2,}|\s(?=GPU\d)/)
    .map((name) => name.trim())
  const links: Link[] = []
  for (const line of lines.slice(headerAt + 1)) {
    const [from = '', ...cells] = line.trim().split(/\s+/)
    if (!/^GPU\d+$/.test(from)) {
      if (links.length > 0 && /legend/i.test(line)) break
      continue
    }
    columns.forEach((to, index) => {
      const path = cells[index]
      if (/^GPU\d+$/.test(to) && path !== undefined && to !== from) links.push({ from, to, path })
    })
  }
  return links
}

/**
 * Number of active NVLinks in the output of `nvidia-smi nvlink -s`: 0 only where it says that there is none. Null for
 * every other text (such as "not supported for Devices in MIG mode"): the number is not known.
 */
export function countNvlinks(text: string): number | null {
  const plain = stripAnsi(text)
  const active = [...plain.matchAll(/^\s*Link \d+:\s*[\d.]+\s*GB\/s/gm)].length
  if (active > 0) return active
  const saysNone = /does not have or support nvlink|all links are inactive|Link \d+:\s*<inactive>/i
  return saysNone.test(plain) ? 0 : null
}

/** Active NVLinks of each GPU in the output of `nvidia-smi nvlink -s`, by its number; null where they are not known. */
export function nvlinksOfGpus(text: string): Map<string, number | null> {
  const sections = stripAnsi(text).split(/^(?=GPU \d+:)/m)
  return new Map(
    sections.flatMap((section) => {
      const number = /^GPU (\d+):/.exec(section)?.[1]
      return number === undefined ? [] : [[number, countNvlinks(section)] as const]
    }),
  )
}

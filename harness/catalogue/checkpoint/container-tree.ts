import type { FileTree } from './file-tree.ts'

/** Runs a program inside a container and gives what it prints; null where it fails. Arguments are words, never a shell line. */
export type RunInside = (argv: readonly string[]) => Promise<Uint8Array | null>

const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes))

/** The files inside a container, read with its own `ls`, `stat` and `head`, which the images of all engines have. */
export const containerTree = (name: string, run: RunInside): FileTree => ({
  where: `in the container ${name}`,
  list: async (folder) => {
    // a file in the place of the folder has no name under it
    const names = textOf(await run(['ls', '-1t', '--', `${folder}/`]))
    return names === null ? null : names.split('\n').filter((name) => name !== '')
  },
  size: async (file) => {
    const size = textOf(await run(['stat', '-L', '-c', '%s', '--', file]))?.trim() ?? ''
    return /^\d{1,15}$/.test(size) ? Number(size) : null
  },
  start: (file, bytes) => run(['head', '-c', String(bytes), '--', file]),
  env: async () =>
    Object.fromEntries(
      (textOf(await run(['printenv'])) ?? '').split('\n').flatMap((line) => {
        const at = line.indexOf('=')
        return at <= 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
      }),
    ),
})

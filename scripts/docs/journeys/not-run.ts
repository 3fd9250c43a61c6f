/** Commands of the guides that are not run with them, and where they are run instead. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^(sha256sum|tar) /, 'scripts/package/archive.e2e.test.ts and package.long.test.ts unpack and run the archive'],
  [
    /^joulemark box\b(?!.*--print)/,
    'takes half an hour: scripts/actions/box.e2e.test.ts, scripts/box/simulated-night.long.test.ts',
  ],
  [/^joulemark fleet (run|status) /, 'needs Slurm: scripts/actions/fleet/slurm.e2e.test.ts'],
  [/^ssh |^sudo /, 'changes a machine'],
]

/** Why a command of a guide is not run with it, and which test runs it; null for one that is. */
export const notRun = (command: string): string | null =>
  ELSEWHERE.find(([pattern]) => pattern.test(command))?.[1] ?? null

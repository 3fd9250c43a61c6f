import type { SlurmJob } from './queue.ts'

/** Jobs that the controller has forgotten, as `sacct` prints them where there is accounting. */
export const ACCOUNT_ARGS = ['-X', '-n', '-P', '-o', 'JobIDRaw,State,ExitCode'] as const

/** The jobs of the text of `sacct`. Its state may go on with a word, as in "CANCELLED by 1000". Pure. */
export function accountedJobs(text: string): SlurmJob[] {
  return text.split('\n').flatMap((line) => {
    const [id, state = '', exit = ''] = line.split('|')
    const [, code, signal] = /^(\d+):(\d+)$/.exec(exit) ?? []
    if (!id || !/^\d+$/.test(id) || code === undefined) return []
    const ended = Number(signal)
    return [
      {
        id,
        name: '',
        states: [state.split(/[ +]/)[0]!],
        reason: null,
        returnCode: ended > 0 ? null : Number(code),
        signal: ended > 0 ? ended : null,
        submittedS: 0,
      },
    ]
  })
}

import type { exitCodes } from '../../harness/errors.ts'

/** What an exit code means, and what a script does with it. */
export interface ExitCodeText {
  readonly meaning: string
  readonly whatToDo: string
}

/** Every exit code of the command line, by its name in the code. */
export const exitCodeTexts: Readonly<Record<keyof typeof exitCodes, ExitCodeText>> = {
  done: {
    meaning: 'The command did what was asked, and the answer is not negative.',
    whatToDo: 'Go on.',
  },
  negativeResult: {
    meaning:
      'The command completed, and its answer is no: regressed, rejected, not quotable, not verified, or `doctor` found a fault.',
    whatToDo: 'Stop the rollout or the delivery, and read the answer: it names the metric, the card or the gate.',
  },
  badInput: {
    meaning:
      'The input is wrong, or the server is in use by other clients: the message names the file, line or flag, what was expected and what to do.',
    whatToDo: 'Correct the command. Trying it again changes nothing.',
  },
  environmentFailed: {
    meaning:
      'What is outside of joulemark failed: server, card, network or disk. From `box`: the server was not measured, which is no verdict on it.',
    whatToDo:
      'Repair what the message names, then run it again (`box --resume`; where every run of the server is done, `box` into a new `--out`).',
  },
  inconclusive: {
    meaning: 'The comparison shows neither a regression nor its absence. `--fail-on regressed` makes this 0.',
    whatToDo: 'Measure as many starts of the server as the answer says, then compare again.',
  },
  notComparable: {
    meaning:
      'The runs cannot be compared: other cards or scenarios, or a required gate failed on either side. `--fail-on regressed` makes this 0.',
    whatToDo: 'Repeat the run of the side that the reason names.',
  },
  interrupted: {
    meaning: 'Interrupted by Ctrl-C, SIGTERM or a lost terminal; the record was written.',
    whatToDo: 'Run it again. `joulemark list` shows what was kept.',
  },
}

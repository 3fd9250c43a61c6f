import { exitCodes } from '../../harness/errors.ts'

/** What an answer of a command means, and what to do about it. `explain` and docs/verdicts.md show the same text. */
export interface VerdictText {
  /** The commands that give it. */
  readonly givenBy: string
  readonly exitCode: number
  readonly meaning: string
  readonly usualCauses: string
  readonly whatToDo: string
}

const compares = '`compare`, `run --against baseline`, `fleet compare`'
const boxes = '`box`'
const quotes = '`list`, `run`, `quote`'
/** `list` and `run` also show it, but refuse nothing by it. */
const quoteRefusals = '`quote`, `run --require-quotable` (`list` and `run` show it, and their code stays 0)'
const nothing = 'Nothing has to be done.'

/** Every verdict, by its id. */
export const verdictTexts = {
  regressed: {
    givenBy: compares,
    exitCode: exitCodes.negativeResult,
    meaning:
      'At least one metric that decides is worse than before by the practical threshold or more (3 % of one server, 1 % of a fleet, unless set), and chance does not explain it: the test is significant after the adjustment for all metrics that were tested.',
    usualCauses:
      'A new driver, kernel or version of the engine; a lower power limit or a hotter room; a card that ages; other flags of the server.',
    whatToDo:
      'Read which metric it is and what changed between both sides: the report of the comparison lists driver, engine, limits and temperatures. Restart the server and measure once more (`joulemark run SCENARIO --endpoint URL --against baseline`). If it stays, go back to the earlier version, or look at the gates `throttle`, `power-limit` and `thermal-soak`.',
  },
  improved: {
    givenBy: compares,
    exitCode: exitCodes.done,
    meaning: 'At least one metric is better by the practical threshold or more, significantly, and none is worse.',
    usualCauses: 'A better version of the engine or driver; a higher power limit; better cooling.',
    whatToDo:
      'Check that nothing else changed, such as the model or its quantization. To compare with this state from now on: `joulemark baseline set results`.',
  },
  equivalent: {
    givenBy: compares,
    exitCode: exitCodes.done,
    meaning:
      'Both sides were measured well enough to exclude a difference of the practical threshold in either direction.',
    usualCauses: 'The change made no difference that matters.',
    whatToDo: nothing,
  },
  inconclusive: {
    givenBy: compares,
    exitCode: exitCodes.inconclusive,
    meaning:
      'Neither a loss nor equivalence is shown: the interval of the difference is too wide. It is no proof that nothing changed.',
    usualCauses:
      'Few trials or few starts of the server: the level of one start cannot be distinguished from a change; other work on the machine; clocks that change.',
    whatToDo:
      'Measure again as often as the output says (more trials: `--trials`; more starts: restart the server and run again, or `joulemark box --restarts 3`). In a CI, `--fail-on` decides whether this counts as a failure.',
  },
  'not-comparable': {
    givenBy: compares,
    exitCode: exitCodes.notComparable,
    meaning:
      'The two sides are not two measurements of one thing, or a required gate failed, so no metric can be judged.',
    usualCauses:
      'Another model, scenario, card, load or power limit on one side; a failed gate such as `client-headroom`; simulated runs against live ones.',
    whatToDo:
      'Read the reason, which names what differs. Repeat the run of that side with the same scenario and settings.',
  },
  accepted: {
    givenBy: boxes,
    exitCode: exitCodes.done,
    meaning:
      'Every card of the server was measured, alone and together with the others, no check found a fault, and its figures are where those of a healthy card are expected.',
    usualCauses: 'The server is sound.',
    whatToDo:
      'Keep the folder: it is the baseline for later (`joulemark baseline set results`), and what a quote is made from.',
  },
  rejected: {
    givenBy: boxes,
    exitCode: exitCodes.negativeResult,
    meaning:
      'A figure or a check shows a fault: below what is expected of the card, below its siblings, throttled, or with errors.',
    usualCauses:
      'Cooling; a power cable or a power limit; a PCIe link with fewer lanes; a failing card; settings of the firmware.',
    whatToDo:
      'The five lines of the verdict name the card and the reason; `box.html` has the evidence. Repair, then measure again, without `--resume`, into a new folder: `joulemark box --out results-2`. `--resume` would keep every run that is done, and with it this verdict.',
  },
  'not-measured': {
    givenBy: boxes,
    exitCode: exitCodes.environmentFailed,
    meaning: 'No verdict about the server: what had to be measured could not be. It is neither accepted nor rejected.',
    usualCauses:
      'Docker is not running or has no GPU access; the disk is full; weights could not be downloaded; an interrupt.',
    whatToDo:
      '`joulemark doctor --serving` names what is missing and how to fix it. Then `joulemark box --resume`, which keeps what is done and runs what failed or was not begun. Where every run is done and a gate failed in one, `joulemark box --out results-2` measures again in a new folder.',
  },
  quotable: {
    givenBy: quotes,
    exitCode: exitCodes.done,
    meaning:
      'The run is complete and live, no gate failed, every required gate was measured, no limit was loosened beyond that of a quote, and the record is signed and verifies.',
    usualCauses: 'The run was measured as it should be.',
    whatToDo: '`joulemark quote results/RUN --customer NAME` makes the page for the customer.',
  },
  'not-quotable': {
    givenBy: quoteRefusals,
    exitCode: exitCodes.negativeResult,
    meaning:
      'Something about the run is not known well enough to promise its figures to a customer. The reasons are listed with it.',
    usualCauses:
      'A simulated run; no signing key; a failed or unmeasured gate; `--quick` or a loosened limit of the scenario; an interrupted run.',
    whatToDo:
      '`joulemark list` shows the reasons and `joulemark explain gate ID` what to do about each gate. A key for later runs: `joulemark key new`.',
  },
} as const satisfies Record<string, VerdictText>

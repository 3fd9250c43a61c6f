import { JoulemarkError } from '../../errors.ts'
import { outcomeOf } from './answer.ts'
import { type CardHands, handsOf, typed } from './hands.ts'
import { limitCall, type Typist, typedLine } from './typed.ts'

const direct = (nvidiaSmi: string): Typist => ({ program: nvidiaSmi, before: [] })
const throughSudo = (nvidiaSmi: string): Typist => ({ program: 'sudo', before: ['-n', nvidiaSmi] })

/** A card and the limit that it has: writing that again changes nothing and shows whether it may be written. */
export interface RightsProbe {
  readonly uuid: string
  /** Null on a card that reports none. */
  readonly powerLimitW: number | null
}

/** Who asks, and how a call is tried; replaced in tests. */
export interface Asker {
  readonly isRoot: boolean
  readonly tryCall: typeof typed
}
const thisProcess = (): Asker => ({ isRoot: process.getuid?.() === 0, tryCall: typed })

/**
 * How calls that set these cards are typed: by nvidia-smi alone, else behind `sudo -n`. Found out by writing the limit that a card
 * has already, because neither root in a container nor an entry in sudoers is a proof. Throws `environment` with what was typed,
 * and what nvidia-smi and sudo answered. The process that asks is the one that types later: sudo remembers a password per terminal.
 */
export async function findTypist(
  nvidiaSmi: string,
  probes: readonly RightsProbe[],
  { isRoot, tryCall }: Asker = thisProcess(),
): Promise<Typist> {
  const [own, sudo] = [direct(nvidiaSmi), throughSudo(nvidiaSmi)]
  const probe = probes.find(({ powerLimitW }) => powerLimitW !== null)
  // a card without a limit has nothing that could be written without a change
  if (probe?.powerLimitW == null) return isRoot ? own : sudo
  const call = limitCall(probe.uuid, probe.powerLimitW)
  const answers: string[] = []
  let help = ''
  for (const typist of isRoot ? [own] : [own, sudo]) {
    const outcome = outcomeOf(await tryCall(typist, call))
    if (outcome.kind === 'set') return typist
    answers.push(`\`${typedLine(typist, call)}\` answered: ${outcome.said}`)
    if (outcome.kind !== 'no-permission') break
    help = isRoot
      ? NO_RIGHTS_AS_ROOT
      : `; run joulemark as root, or let this user run ${nvidiaSmi} by sudo without a password`
  }
  throw new JoulemarkError('environment', `limits and clocks cannot be set: ${answers.join('; ')}${help}`)
}

/** How calls will be typed, as far as that can be told before one is tried. */
export const likelyTypist = (nvidiaSmi: string, { isRoot }: Pick<Asker, 'isRoot'> = thisProcess()): Typist =>
  isRoot ? direct(nvidiaSmi) : throughSudo(nvidiaSmi)

/** What `findTypist` types, said before it is typed. */
export function probeLines(nvidiaSmi: string, probes: readonly RightsProbe[]): string[] {
  const probe = probes.find(({ powerLimitW }) => powerLimitW !== null)
  if (probe?.powerLimitW == null) return []
  const line = typedLine(direct(nvidiaSmi), limitCall(probe.uuid, probe.powerLimitW))
  return [
    `first, to see whether limits may be set, a card is given the limit that it has: ${line} (behind sudo -n where that is refused)`,
  ]
}

const NO_RIGHTS_AS_ROOT =
  ', although this is root: in a container, WSL or a virtual machine the host keeps them to itself; run joulemark on the host'

/**
 * Hands that type a call by nvidia-smi alone and, where that is refused, behind `sudo -n`. For what is given back: a probe would write
 * the limit of a moment ago, which another may have changed since.
 */
export function restoringHands(nvidiaSmi: string, { isRoot, tryCall }: Asker = thisProcess()): CardHands {
  const [own, sudo] = [direct(nvidiaSmi), throughSudo(nvidiaSmi)]
  return {
    ...handsOf(nvidiaSmi, isRoot ? own : sudo),
    type: async (call) => {
      const answer = await tryCall(own, call)
      return isRoot || outcomeOf(answer).kind !== 'no-permission' ? answer : tryCall(sudo, call)
    },
  }
}

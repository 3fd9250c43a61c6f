import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWord } from '../plain-text.ts'

/** A card of which the truth is kept in files: its limit, and the clock lock, empty without one. */
export interface CardTruth {
  readonly limitW: string
  readonly lock: string
}

/** What is not usual with the cards or their driver. */
export interface SettableQuirks {
  /** Seconds that each write takes, and before which nothing is written. */
  readonly writeS?: number
  /** Every write is refused for want of rights. */
  readonly isForbidden?: boolean
  /** Every write of a limit or a clock is answered as by a card that does not support it: a warning, and return code 0. */
  readonly isUnsupported?: boolean
  /** The card enforces no more than this, whatever it is asked for. */
  readonly enforcesAtMostW?: number
  /** Rows of `--query-compute-apps`; one server per card unless given. */
  readonly apps?: readonly string[]
  /** Answers by field name instead of the usual ones. */
  readonly cells?: Readonly<Record<string, string>>
}

/** An nvidia-smi that keeps limits and clocks in files, so that they outlive every process; fast, because it is a shell script. */
export interface SettableSmi {
  readonly path: string
  readonly uuids: readonly string[]
  readonly truth: (uuid: string) => CardTruth
  /** Sets a card behind the back of whoever uses it. */
  readonly put: (uuid: string, truth: Partial<CardTruth>) => void
  /** Every write in order, as typed. */
  readonly writes: () => string[]
}

const ASKED_MAX_W = '600.00'
const ASKED_MIN_W = '150.00'

/** Makes the program in a folder of its own. The cards are found at 400 W, not their default of 600 W, and without a lock. */
export function makeSettableSmi(root: string, count = 1, quirks: SettableQuirks = {}): SettableSmi {
  const folder = join(root, 'settable')
  mkdirSync(folder, { recursive: true })
  // a tuning claims its cards on the whole machine
  const uuids = Array.from({ length: count }, () => `GPU-${randomUUID()}`)
  const put: SettableSmi['put'] = (uuid, { limitW, lock }) => {
    if (limitW !== undefined) writeFileSync(join(folder, `${uuid}.limit`), `${limitW}\n`)
    if (lock !== undefined) writeFileSync(join(folder, `${uuid}.lock`), `${lock}\n`)
  }
  for (const uuid of uuids) put(uuid, { limitW: '400.00', lock: '' })
  const apps = quirks.apps ?? uuids.map((uuid, index) => `${uuid}, ${4000 + index}, VLLM::EngineCore, 8000`)
  writeFileSync(join(folder, 'apps'), apps.map((row) => `${row}\n`).join(''))
  writeFileSync(join(folder, 'writes'), '')
  const path = join(folder, 'nvidia-smi')
  writeFileSync(path, script(folder, uuids, quirks))
  chmodSync(path, 0o755)
  const lineOf = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
  return {
    path,
    uuids,
    put,
    truth: (uuid) => ({ limitW: lineOf(`${uuid}.limit`), lock: lineOf(`${uuid}.lock`) }),
    writes: () =>
      lineOf('writes')
        .split('\n')
        .filter((line) => line !== ''),
  }
}

function script(folder: string, uuids: readonly string[], quirks: SettableQuirks): string {
  const { writeS = 0, isForbidden = false, isUnsupported = false, enforcesAtMostW = 9999, cells = {} } = quirks
  const cellCases = Object.entries(cells).map(([field, text]) => `    ${field}) v=${shellWord(text)} ;;`)
  return `#!/bin/sh
# an nvidia-smi for tests: the truth about its cards is in the files of its folder
cd ${shellWord(folder)} || exit 9
read_truth() { read -r limit < "$1.limit"; read -r lock < "$1.lock"; }
# a reader never sees half a value
keep() { printf '%s\\n' "$2" > "$1.$$"; mv "$1.$$" "$1"; }
cell() {
  case $2 in
${cellCases.join('\n')}
    index) v=$3 ;;
    uuid) v=$1 ;;
    name) v='NVIDIA RTX PRO 6000 Blackwell Workstation Edition' ;;
    pci.bus_id) v=00000000:0$3:00.0 ;;
    power.limit) v=$limit ;;
    enforced.power.limit) v=$limit; [ "\${limit%.*}" -gt ${enforcesAtMostW} ] && v=${enforcesAtMostW}.00 ;;
    power.default_limit | power.max_limit) v=${ASKED_MAX_W} ;;
    power.min_limit) v=${ASKED_MIN_W} ;;
    clocks.max.sm) v=3090 ;;
    persistence_mode) v=Enabled ;;
    mig.mode.current) v='[N/A]' ;;
    *) printf 'Field "%s" is not a valid field to query.\\n\\n' "$2"; exit 2 ;;
  esac
}
case $1 in
  --query-gpu=*)
    fields=$(printf %s "\${1#--query-gpu=}" | tr , ' ')
    index=0
    for card in ${uuids.join(' ')}; do
      read_truth "$card"
      row=
      for field in $fields; do cell "$card" "$field" $index; row="$row, $v"; done
      printf '%s\\n' "\${row#, }"
      index=$((index + 1))
    done
    exit 0 ;;
  --query-compute-apps=*) cat apps; exit 0 ;;
  -i) : ;;
  *) echo "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help."; exit 2 ;;
esac
card=$2
[ -e "$card.limit" ] || { echo 'No devices were found'; exit 6; }
bus=00000000:01:00.0
read_truth "$card"
${writeS > 0 ? `sleep ${writeS}` : ':'}
case $3 in
  -pl)
    ${isForbidden ? 'echo "Failed to set power management limit for GPU $bus: Insufficient Permissions"; echo "Terminating early due to previous errors."; exit 4' : ':'}
    ${isUnsupported ? 'echo "Changing power management limit is not supported for GPU: $bus."; echo "Treating as warning and moving on."; echo "All done."; exit 0' : ':'}
    whole=\${4%.*}
    if [ "$whole" -lt 150 ] || [ "$whole" -gt 600 ]; then
      echo "Provided power limit $4 W is not a valid power limit which should be between ${ASKED_MIN_W} W and ${ASKED_MAX_W} W for GPU $bus"
      echo 'Terminating early due to previous errors.'
      exit 2
    fi
    case $4 in *.*) watts=$4 ;; *) watts=$4.00 ;; esac
    keep "$card.limit" "$watts"
    echo "Power limit for GPU $bus was set to $watts W from $limit W." ;;
  -lgc)
    ${isForbidden ? 'echo "The current user does not have permission to change clocks for GPU $bus."; echo "Terminating early due to previous errors."; exit 4' : ':'}
    ${isUnsupported ? 'echo "Setting locked GPU clocks is not supported for GPU $bus."; echo "Treating as warning and moving on."; echo "All done."; exit 0' : ':'}
    keep "$card.lock" "$4"
    echo "GPU clocks set to \\"(gpuClkMin \${4%,*}, gpuClkMax \${4#*,})\\" for GPU $bus" ;;
  -rgc) keep "$card.lock" '' ;;
  *) exit 2 ;;
esac
printf '%s\\n' "$*" >> writes
echo 'All done.'
`
}

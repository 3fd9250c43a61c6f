import { engineEntries } from '../../engines/table.ts'

/** A compute process on a card, as nvidia-smi lists it. */
export interface CardProcess {
  readonly uuid: string
  readonly pid: number
  readonly name: string
  readonly usedMiB: number | null
}

/** The names that the engines, and Triton, give their processes. */
const serverNames = [...engineEntries.flatMap(([, { processNames }]) => processNames), 'tritonserver']

/** Whether a process is that of a server, by its name. */
export function isServerName(name: string): boolean {
  const lower = name.toLowerCase()
  return serverNames.some((each) => lower.includes(each))
}

/** Compositors, display servers and shells of Linux desktops; on Windows every program with a window is listed. */
const desktopName =
  /(?:^|[/\\])(?:Xorg|X|Xwayland|gnome-shell|mutter\S*|kwin_(?:wayland|x11)|plasmashell|ksmserver|sway|weston|hyprland|cosmic-comp|cinnamon|marco|xfwm4|gdm\S*|sddm\S*|lightdm|Isolated Web Co|firefox|chrome|chromium)(?:$|[\s,])|\.exe$/i

/** Whether a process belongs to a desktop, by its name: it takes little time and memory from the card, but not none. */
export const isDesktopName = (name: string): boolean => desktopName.test(name) && !isServerName(name)

const rankIn = (name: string): string | null => /TP(\d+)/.exec(name)?.[1] ?? null

/**
 * Finds a server on other cards than those that serve, from the processes on all cards: one on another card while a
 * serving card has no possible server, or one rank of a server that uses several GPUs. Null if there is none; inside a
 * container the list is empty, which is no evidence.
 */
export function serverElsewhere(
  processes: readonly CardProcess[],
  servingUuids: readonly string[],
  weightsMiB: number | null,
): string | null {
  const isServer = ({ name, usedMiB }: CardProcess) =>
    isServerName(name) || (weightsMiB !== null && usedMiB !== null && usedMiB >= weightsMiB)
  const isHere = ({ uuid }: CardProcess) => servingUuids.includes(uuid)
  const elsewhere = processes.filter((process) => isServer(process) && !isHere(process))
  // a process whose memory is not reported may be the server, whatever its name
  const mayServe = processes.filter((process) => isHere(process) && (isServer(process) || process.usedMiB === null))
  const bare = servingUuids.find((uuid) => mayServe.every((process) => process.uuid !== uuid))
  const [other] = elsewhere
  if (other !== undefined && bare !== undefined) return `${textOf(other)}, and no server is on ${bare}`
  const ranks = mayServe.map(({ name }) => rankIn(name))
  const stray = elsewhere.find(({ name }) => rankIn(name) !== null && !ranks.includes(rankIn(name)))
  return stray === undefined ? null : `${textOf(stray)}: a part of the server is on a card that is not named`
}

const textOf = ({ uuid, pid, name, usedMiB }: CardProcess): string =>
  `${name} (pid ${pid}, ${usedMiB ?? '?'} MiB) is on ${uuid}, which is not a serving GPU`

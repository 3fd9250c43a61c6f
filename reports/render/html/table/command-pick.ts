/** Which workload and card a command is for, and the value of its varied option there: what the page's script chooses by. */
export type CommandPick = readonly [workload: string, card: string, value: string | null]

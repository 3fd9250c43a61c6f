export const HOURS_PER_YEAR = 8760
export const SECONDS_PER_YEAR = HOURS_PER_YEAR * 3600

/** Electricity in kWh of a steady power in W over hours. */
export const kilowattHours = (powerW: number, hours: number): number => (powerW / 1000) * hours

/** A number of things in words: "1 trial", "2 trials". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

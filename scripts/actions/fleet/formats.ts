/** Formats of `fleet run`: those of both `fleet compare` and `fleet report`, and JUnit, which only a comparison has. */
export const fleetFormats = ['terminal', 'md', 'html', 'csv', 'json', 'junit'] as const

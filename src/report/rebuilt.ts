/** A unit that Cargo will build again. */
export interface RebuiltUnit {
  /** `debug/serde-0123456789abcdef lib-serde` */
  readonly unit: string
  readonly why: string
}

const SHOWN = 10

/** What the log says of units of a seed that are built again for their paths. */
export function rebuiltLines(units: readonly RebuiltUnit[]): string[] {
  if (units.length === 0) return []
  const rest = units.length - SHOWN
  return [
    `${units.length} unit(s) had a former path: they are built again, and so is what depends on them`,
    ...units.slice(0, SHOWN).map(({ unit, why }) => `  ${unit}: ${why}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ]
}

/** How old something is, in words. */
export function describeAge(hours: number | null): string {
  if (hours === null) return 'of unknown age'
  if (hours < 1) return `${Math.round(hours * 60)} min old`
  return hours < 10 ? `${hours.toFixed(1)} h old` : `${Math.round(hours)} h old`
}

/** Seconds, in words. */
export function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}

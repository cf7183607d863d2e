import type { RecordedCall } from '../faults.ts'

/** Parts of a path that differ from stage to stage, by the names they have in a site. */
const VARIABLE: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['<stage>', /\/\S*?\/(?:tg-stages-\w+|tg-disk-\w+\/mount)\/\d+/g],
  ['<uuid>', /[0-9a-f]{8}-[0-9a-f-]{27}/g],
  ['<id>', /\b[0-9a-f]{24}\b/g],
  ['<hash>', /\b[0-9a-f]{16}\b/g],
  ['<fd>', /(?<=\/proc\/)\d+\/fd\/\d+/g],
  ['<probe>', /(?<=\.reflink-)\w{6}\b/g],
  ['<step>', /(?<=_temp\/)\d+-\d+/g],
  ['<job>', /(?<=\/)(?:build|lint)(?=-1-)/g],
  // What is made, or removed, by one line of ours.
  ['<parent>', /octo-org(?:\/demo(?:\/main(?:\/run-\d+)?)?)?$/g],
  ['<clock>', /(?:(?:host|metrics|admission|history)\.lock|alerts\/[a-z-]+)$/g],
  ['<later>', /(?:alerts|snapshots|seeding|times|history|ending|waiting)$/g],
  ['<n>', /(?<=run-|reserve\.d\/)\d+/g],
]

/** A call site: what is called on which kind of path, so that a new one is found by itself. */
export function siteOf({ op, path }: RecordedCall): string {
  return VARIABLE.reduce((site, [name, pattern]) => site.replaceAll(pattern, name), `${op} ${path}`)
}

/** Finds the calls of a site on any stage. */
export function patternOf(site: string): string {
  const escaped = site.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const whole = VARIABLE.reduce(
    (text, [name, { source }]) => text.replaceAll(name, `(?:${source})`),
    escaped,
  )
  return `^${whole}$`
}

import { size } from './texts.ts'
import { printable } from './voice.ts'

/** What a job summary tells. */
export interface SummaryFacts {
  /** null where the job was told to skip its build */
  slot: { targetDirectory: string; runDirectory: string; takenOver: boolean } | null
  lease: string | null
  retired: number
  reclaimedBytes: number
  diskStatus: string
  freeBytes: number | null
  /** the plan of the pass, a line for each action */
  actions: readonly string[]
  /** what the slot was filled with, in words; '' where there is none */
  seed: string
  dryRun: boolean
}

const LINES_AT_MOST = 30

/** The job summary, as Markdown. */
export function jobSummary(facts: SummaryFacts): string {
  const { freeBytes, diskStatus, reclaimedBytes } = facts
  const free = freeBytes === null ? 'free space not known' : `${size(freeBytes)} free`
  const rows = [
    ...slotRows(facts),
    ...(facts.seed === '' ? [] : [['Seed', code(facts.seed)]]),
    ['Disk', `${diskStatus}, ${free}`],
    ['Stale slots retired', String(facts.retired)],
    ...(reclaimedBytes === 0 ? [] : [['Freed by this job', size(reclaimedBytes)]]),
  ]
  const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')
  return `### target-guard\n\n| | |\n| --- | --- |\n${table}\n${details(facts)}\n`
}

/** What is known at the end of the job alone, as Markdown. */
export function savedSummary(saved: string): string {
  return `target-guard: ${code(saved)}\n`
}

function slotRows({ slot, lease }: SummaryFacts): string[][] {
  if (slot === null) return [['Target directory', 'none: the disk is critical, skip the build']]
  const origin = slot.takenOver ? 'taken over from the runner’s hook' : 'made by this step'
  return [
    ['Target directory', code(slot.targetDirectory)],
    ['Run directory', code(slot.runDirectory)],
    ['Lease', `${code(lease ?? '')}, ${origin}`],
  ]
}

function details({ actions, dryRun }: SummaryFacts): string {
  if (actions.length === 0) return ''
  const shown = actions.slice(0, LINES_AT_MOST).map((line) => `- ${code(line)}`)
  const more = actions.length - shown.length
  if (more > 0) shown.push(`- and ${more} more`)
  const title = dryRun ? 'What a pass would do (dry run)' : 'What the pass did and why'
  return `\n<details><summary>${title}</summary>\n\n${shown.join('\n')}\n\n</details>\n`
}

/** Text of others as inert Markdown: one line, in a code span that it cannot close. */
function code(text: string): string {
  return `\`${printable(text)
    .replaceAll('`', 'ʼ')
    .replaceAll('|', String.raw`\|`)}\``
}

import { printable } from './voice.ts'

/** What a job summary tells. */
export interface SummaryFacts {
  targetDirectory: string
  runDirectory: string
  lease: string
  retired: number
  reclaimedBytes: number
  takenOver: boolean
  /** the plan of the pass, a line for each action */
  actions: readonly string[]
  dryRun: boolean
}

const LINES_AT_MOST = 30

/** The job summary, as Markdown. */
export function jobSummary(facts: SummaryFacts): string {
  const origin = facts.takenOver ? 'taken over from the runner’s hook' : 'made by this step'
  const rows = [
    ['Target directory', code(facts.targetDirectory)],
    ['Run directory', code(facts.runDirectory)],
    ['Lease', `${code(facts.lease)}, ${origin}`],
    ['Own stale slots retired', String(facts.retired)],
  ]
  const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')
  return `### target-guard\n\n| | |\n| --- | --- |\n${table}\n${details(facts)}\n`
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

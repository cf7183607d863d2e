import type { Cap, CapLine } from '../plan/cap.ts'
import { jobText, size } from './texts.ts'
import { printable } from './voice.ts'

/** The cap for people: the figures it rests on, then the host, each repository and each job. */
export function capText(cap: Cap | null): string {
  if (cap === null) return 'the free space of the disk is not known\n'
  const lines = [
    `free    ${size(cap.freeBytes)}`,
    `may go  ${size(cap.evictableBytes)} in ended slots and snapshots, for jobs that would have to wait`,
    `reserve ${size(cap.reserveBytes)}`,
    ...capLines(cap),
  ]
  return `${lines.map(printable).join('\n')}\n`
}

/** How many jobs at once, and how large: the host, each repository and each job. */
export function capLines(cap: Cap): string[] {
  return [
    `${lineOf(cap.host)}: the host`,
    ...cap.repositories.map((each) => `${lineOf(each)}: ${each.repository}`),
    ...cap.jobs.map((each) => `${lineOf(each)}: ${each.repository} ${jobText(each)}`),
  ]
}

function lineOf({ peakBytes, maxParallel }: CapLine): string {
  if (peakBytes === null || maxParallel === null) return 'cap     unknown, no history'
  return `cap     ${maxParallel} at ${size(peakBytes)} each`
}

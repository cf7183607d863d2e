import { growth } from '../plan/admission.ts'
import type { Decision, Holder } from '../plan/admission.ts'
import { isOfJob, usualSeconds } from '../plan/forecast.ts'
import type { Forecast } from '../plan/forecast.ts'
import type { HistoryLine } from '../plan/history.ts'
import type { Lease } from '../plan/lease.ts'
import { size } from './texts.ts'

/** A live lease, and who has it; null where it cannot be read. */
export interface Holding extends Holder {
  lease: Lease | null
}

/** What a job that has to wait found. */
export interface WaitFacts {
  root: string
  expected: Forecast
  freeBytes: number
  reserveBytes: number
  holders: readonly Holding[]
  decision: Decision
}

const SOURCES: Record<Forecast['from'], string> = {
  setting: 'forecast-gb',
  job: 'by its last runs',
  repository: 'by its repository’s last jobs',
  host: 'by this host’s last jobs',
}

/** Why a job has to wait, with every figure that it rests on. */
export function whyWait(facts: WaitFacts): string {
  const { root, expected, freeBytes, reserveBytes, holders, decision } = facts
  const growing = holders.reduce((sum, holder) => sum + growth(holder), 0)
  const turn = decision.kind === 'wait' && decision.why === 'turn' ? ' Others came before.' : ''
  return (
    `This job needs ${size(expected.bytes)} (${SOURCES[expected.from]}) on the disk of ${root}: ` +
    `${size(freeBytes)} are free, of which ${size(reserveBytes)} are kept (reserve-gb) and ` +
    `${size(growing)} are for jobs that run.${turn}`
  )
}

const SHOWN = 5

/** The line of the log: how long it has been, why, who holds what, and how long such jobs took. */
export function waitingText(
  facts: WaitFacts,
  waitedMs: number,
  lines: readonly HistoryLine[],
): string {
  const holding = facts.holders
    .filter((holder) => growth(holder) > 0)
    .toSorted((a, b) => growth(b) - growth(a))
    .slice(0, SHOWN)
    .map((holder) => holdingText(holder, lines))
  const minutes = Math.floor(waitedMs / 60_000)
  return `waiting for room for ${minutes} min: ${whyWait(facts)} ${holding.join('; ')}`
}

function holdingText(holder: Holding, lines: readonly HistoryLine[]): string {
  const { lease, id } = holder
  const grows = `may grow by ${size(growth(holder))}`
  if (lease === null) return `${id} ${grows}`
  const { repository, job, owner } = lease
  const seconds = usualSeconds(lines.filter(isOfJob(lease)))
  const usual = seconds === null ? '' : `, such jobs took ${Math.ceil(seconds / 60)} min`
  return `${repository} ${job} of ${owner.runner.name} ${grows}${usual}`
}

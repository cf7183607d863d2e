import { SLOT_DEPTH } from '../plan/naming.ts'
import type { Grower, WatchEvent } from '../plan/watch-event.ts'
import { duration } from './ages.ts'
import { size } from './texts.ts'

/**
 * What happened to the disk while a job ran, in sentences: when, which file system, what was done, and
 * who grew by how much; '' where it never was critical.
 *
 * @param own ids of the job's own leases
 */
export function verdictText(events: readonly WatchEvent[], own: readonly string[]): string {
  const named = events.findLast((event) => event.kind === 'growth')
  return events
    .filter((event) => event.kind !== 'growth' || event === named)
    .map((event) => sentence(event, own))
    .join(' ')
}

function sentence(event: WatchEvent, own: readonly string[]): string {
  const at = new Date(event.atMs).toISOString().replace(/\.\d+Z$/, 'Z')
  switch (event.kind) {
    case 'critical':
      return `At ${at} the disk of ${event.path} was critical: ${event.why}.`
    case 'relief': {
      const { retired, freedBytes, refusal } = event
      if (refusal !== '') return `At ${at} no emergency pass was made: ${refusal}.`
      return `At ${at} the emergency pass had retired ${retired} slot(s) and freed ${size(freedBytes)}.`
    }
    case 'growth':
      return `At ${at} it was still critical; fastest growing: ${event.growers.map((each) => growerText(each, own)).join('; ')}.`
    case 'over':
      return `At ${at} it was no longer critical, with ${size(event.freeBytes)} free.`
    default:
      return event satisfies never
  }
}

function growerText(grower: Grower, own: readonly string[]): string {
  const { id, slot, runner, grewBytes, bytes, seconds } = grower
  const [owner = '', repository = '', key = '', run = '', name = ''] = slot.split('/', SLOT_DEPTH)
  const where = `${owner}/${repository}, PR ${key}, ${run}, ${name} of runner ${runner}`
  const whose = own.includes(id) ? ' (this job)' : ''
  return `${where}${whose} grew by ${size(grewBytes)} in ${duration(seconds)} to ${size(bytes)}`
}

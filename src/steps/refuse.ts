import { GuardError, messageOf } from '../plan/guard-error.ts'
import type { Assessment } from '../plan/pressure.ts'
import { SLOT_DEPTH } from '../plan/naming.ts'
import type { Self } from '../plan/evidence.ts'
import type { Settings } from '../plan/settings.ts'
import type { Root } from '../host/root.ts'
import { measureTrees } from '../host/sizes.ts'
import { describeAction } from '../report/actions.ts'
import { size } from '../report/texts.ts'
import { observe } from './observe.ts'
import { plan } from './pass.ts'
import type { Runtime } from './runtime.ts'

/** Thrown for a job that is turned away because of the host, not because of itself. */
export class RefusedError extends GuardError {}

const HOLDERS = 10
const MEASURE_MS = 15_000

/** The title of every annotation that tells a job it was turned away. */
export const REFUSED_TITLE = 'Infrastructure, not your change'

/**
 * Why a job is turned away: the disk, its floor, and who holds it and why.
 *
 * Measuring walks the trees; it is done for a job that fails anyway, and has a limit in time. That they
 * cannot be told does not save it.
 */
export async function describeHolders(
  root: Root,
  self: Self,
  settings: Settings,
  runtime: Runtime,
): Promise<string[]> {
  try {
    return await listHolders(root, self, settings, runtime)
  } catch (error) {
    runtime.voice.warning(`Who holds the disk cannot be told (${messageOf(error)}).`)
    return []
  }
}

async function listHolders(
  root: Root,
  self: Self,
  settings: Settings,
  runtime: Runtime,
): Promise<string[]> {
  const { leases } = observe(root, self, 'host')
  const slots = leases.flatMap(({ record, slot }) =>
    record.slot !== null && slot === 'present' ? [record.slot] : [],
  )
  const sizes = await measureTrees(
    slots.map((slot) => `${root.realPath}/${slot}`),
    MEASURE_MS,
  )
  const { actions } = await plan({ root, self, scope: 'host', retention: settings }, runtime)
  return slots
    .map((slot) => ({ slot, bytes: sizes.get(`${root.realPath}/${slot}`) ?? null }))
    .toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
    .slice(0, HOLDERS)
    .map(({ slot, bytes }) => {
      const lease = leases.find((each) => each.record.slot === slot)?.record.lease ?? null
      const action = actions.find((each) => 'slot' in each && each.slot === slot)
      const who = lease === null ? '' : ` of runner ${lease.owner.runner.name}`
      const [owner, repository, key, run] = slot.split('/', SLOT_DEPTH)
      const where = `${owner ?? ''}/${repository ?? ''}, PR ${key ?? ''}, ${run ?? ''}`
      const much = bytes === null ? 'not measured in time' : size(bytes)
      return `${much}: ${where}${who}; ${action === undefined ? slot : describeAction(action)}`
    })
}

/** One sentence for each disk below a floor. */
export function describeCritical(assessments: readonly Assessment[]): string {
  return assessments
    .filter((each) => each.level === 'critical')
    .map(({ reading, why }) => `The disk of ${reading.path} has ${why}.`)
    .join(' ')
}

/** The error of a job that is turned away. */
export function refused(
  assessments: readonly Assessment[],
  holders: readonly string[],
): RefusedError {
  const list = holders.length === 0 ? '' : ` The largest holders:\n${holders.join('\n')}\n`
  return new RefusedError(
    `${describeCritical(assessments)} The emergency pass could not free enough, so no build was started.${list}`,
    'Make room on the host (“target-guard status” and “target-guard explain” show what holds it), then run the job again.',
  )
}

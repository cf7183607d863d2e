import { isLeaseId } from './naming.ts'

/** Set for what is started within a job or a run: the ids of all leases that wait for it, between blanks. */
export const OUTER = 'TARGET_GUARD_OUTER'

/** A run tells its own lease, and a hook that of its job. */
const NAMING_ONE = ['TARGET_GUARD_RUN', 'TARGET_GUARD_LEASE'] as const

/** Of a deeper chain the innermost count. */
const AT_MOST = 64

/** The leases that end only after what is started here: nobody must wait for their claims. */
export function outerLeases(environment: NodeJS.ProcessEnv): string[] {
  const chain = (environment[OUTER] ?? '').split(' ')
  const ids = [...chain, ...NAMING_ONE.map((name) => environment[name] ?? '')]
  return [...new Set(ids.filter(isLeaseId))].slice(-AT_MOST)
}

/** The same for what is started within one more lease, as `OUTER` has it. */
export function withOuterLease(environment: NodeJS.ProcessEnv, id: string): string {
  return [...new Set([...outerLeases(environment), id])].join(' ')
}

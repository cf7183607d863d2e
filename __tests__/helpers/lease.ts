import type { Job, Owner } from '../../src/plan/job.ts'
import { newLease } from '../../src/plan/lease.ts'
import type { End, Lease, LeaseRecord } from '../../src/plan/lease.ts'
import { leaseId, sha256 } from '../../src/plan/naming.ts'

/** This boot, an earlier one, and the pid namespace of these tests. */
export const BOOT = '11111111-1111-4111-8111-111111111111'
export const OTHER_BOOT = '22222222-2222-4222-8222-222222222222'
export const PID_NAMESPACE = 'pid:[4026531836]'

/** The key of a runner of that name. */
export function aRunnerKey(name = 'runner-1'): string {
  return sha256(`/dev/sda1:/runner/_work/${name}\n${name}`)
}

/** The lease id of the nth lease of a runner in a boot. */
export function anId(n = 1, key = aRunnerKey(), boot = BOOT): string {
  return leaseId(key, boot, n.toString(16).padStart(12, '0'))
}

export function aJob(overrides: Partial<Job> = {}): Job {
  return {
    owner: 'octo-org',
    repository: 'demo',
    prKey: '7',
    runId: '1001',
    attempt: 1,
    workflow: 'ci.yml',
    job: 'build',
    leg: '',
    event: 'pull_request',
    trusted: false,
    ...overrides,
  }
}

export function anOwner(overrides: Partial<Owner> = {}): Owner {
  return {
    runner: { name: 'runner-1', key: aRunnerKey() },
    bootId: BOOT,
    pidNamespace: PID_NAMESPACE,
    worker: { pid: 4711, start: 1000 },
    container: null,
    singleJob: true,
    ...overrides,
  }
}

/** A lease as `newLease` makes it; a job or an owner of one's own may be given. */
export function aLease(
  overrides: { id?: string; job?: Partial<Job>; owner?: Partial<Owner> } & Partial<
    Pick<Lease, 'madeBy' | 'uptimeS' | 'at'>
  > = {},
): Lease {
  const { id = anId(), job, owner, madeBy = 'step', uptimeS = 500 } = overrides
  const at = overrides.at ?? '2026-01-02T03:04:05.000Z'
  return newLease(aJob(job), anOwner(owner), { id, madeBy, uptimeS, at })
}

export function anEnd(overrides: Partial<End> = {}): End {
  return { result: 'success', bootId: BOOT, uptimeS: 1000, wallMs: 1_000_000_000, ...overrides }
}

/** The record of a live lease; with `end` that of an ended one. */
export function aRecord(lease: Lease = aLease(), end?: End | null): LeaseRecord {
  return {
    id: lease.id,
    state: end === undefined ? 'live' : 'ended',
    lease,
    problem: null,
    end: end ?? null,
    isKept: false,
    slot: lease.slot,
  }
}

/** The record of a lease that cannot be read. */
export function aDamagedRecord(overrides: Partial<LeaseRecord> = {}): LeaseRecord {
  const problem = 'the file is empty'
  const record = { lease: null, problem, end: null, isKept: false, slot: null }
  return { id: anId(), state: 'live', ...record, ...overrides }
}

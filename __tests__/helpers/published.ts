import { mkdirSync, utimesSync } from 'node:fs'
import { snapshotName } from '../../src/plan/snapshot.ts'
import type { Root } from '../../src/host/root.ts'
import { folderOf, noteBytes, publish } from '../../src/host/snapshots.ts'
import type { Published } from '../../src/host/snapshots.ts'
import { aJob, aLease, anId } from './lease.ts'

/** Publishes a build of the nth job, measured and last used n seconds after the epoch; the path of its folder. */
export function publishNth(root: Root, n: number, bytes = 1000): string {
  const published = republish(root, n, n)
  const folder = folderOf(root, published.name)
  utimesSync(`${folder}/snapshot.json`, n, n)
  noteBytes(root, published, bytes)
  return folder
}

/** Publishes one under another lease, now, and nobody has measured it. */
export function republish(root: Root, n: number, lease: number): Published {
  const job = aJob({ job: `job-${n}` })
  const { id, slot } = aLease({ id: anId(lease), job })
  mkdirSync(`${root.path}/${slot}`, { recursive: true })
  const build = { toolchain: null, workspace: '/work', runnerKey: '', inputs: true, times: '' }
  const told = { generation: 0, former: [slot], unused: {}, publishedMs: n, revision: '' }
  const { workflow } = job
  const of = { version: 1, id, workflow, job: job.job, leg: '', environment: '' } as const
  const name = snapshotName(job, null, '')
  publish(root, slot, name, { ...of, ...build, ...told }, { inputs: null, linked: [] })
  return { name, snapshot: { id } }
}

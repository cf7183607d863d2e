import { LEVELS, PREFIX } from './metrics.ts'
import type { DiskRole, MetricDisk } from './metrics.ts'
import { samples } from './samples.ts'

const ROLES: readonly DiskRole[] = ['root', 'workspace', 'docker']

/** The disks that a metrics file tells of, as far as they can be understood. */
export function notedDisks(text: string): MetricDisk[] {
  const found = new Map<string, Map<string, number>>()
  for (const { name, labels, value } of samples(text)) {
    const { role, mount, level } = labels
    const key = JSON.stringify([role, mount])
    const figures = found.get(key) ?? new Map<string, number>()
    found.set(key, figures)
    figures.set(`${name.slice(PREFIX.length)}${level === undefined ? '' : ` ${level}`}`, value)
  }
  return [...found].flatMap(([key, figures]) => {
    const [role, mount] = JSON.parse(key) as (string | null)[]
    const known = ROLES.find((each) => each === role)
    const freeBytes = figures.get('disk_free_bytes')
    const totalBytes = figures.get('disk_size_bytes')
    if (known === undefined || typeof mount !== 'string') return []
    if (freeBytes === undefined || totalBytes === undefined) return []
    return [
      {
        role: known,
        mount,
        level: LEVELS.find((each) => figures.get(`pressure_level ${each}`) === 1) ?? 'ok',
        freeBytes,
        totalBytes,
        freeInodes: figures.get('disk_free_inodes') ?? null,
        totalInodes: figures.get('disk_size_inodes') ?? null,
      },
    ]
  })
}

import { spawnSync } from 'node:child_process'
import { lstatSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import { encodeRestored } from '../../src/plan/restored.ts'
import type { RestoredFile } from '../../src/plan/restored.ts'
import { writeRecord } from '../../src/host/lease-companions.ts'
import { renewTimes } from '../../src/steps/renew-times.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()

function restored(path: string): RestoredFile {
  const held = { kind: 'file', id: 'unproven', isExecutable: false, size: 1 } as const
  const stamp = { ctimeNs: '1', inode: '1', size: 1 }
  return { path, ...held, mtimeNs: '1000000000', units: [], stamp }
}

needs('root').test(
  'a restored time that stays is told, and one of what is gone is not',
  async () => {
    const root = aRoot(scene())
    const lease = aLease()
    const workspace = scene().directory('checkout')
    const names = ['renewed', 'stays', 'gone']
    for (const name of names) {
      writeFileSync(`${workspace}/${name}`, 'x')
      utimesSync(`${workspace}/${name}`, 1, 1)
    }
    writeRecord(
      root,
      lease.id,
      '.restored',
      encodeRestored({ version: 1, former: [], files: names.map(restored), doneNs: '0' }),
    )
    rmSync(`${workspace}/gone`)
    // Not every file system knows the flag.
    const { exitCode, stderr } = await scene().run('chattr', ['+i', `${workspace}/stays`])
    if (exitCode !== 0 && process.env['TARGET_GUARD_REQUIRE_ALL'] === '1') throw new Error(stderr)
    if (exitCode !== 0) return
    scene().defer(() => void spawnSync('chattr', ['-i', `${workspace}/stays`]))
    const { said, voice } = speech()
    await renewTimes(root, lease, {
      environment: { GITHUB_WORKSPACE: workspace, PATH: process.env['PATH'] },
      script: '',
      voice,
    })
    expect(lstatSync(`${workspace}/renewed`).mtimeMs).toBeGreaterThan(1000)
    expect(said.join('\n')).toContain('1 restored input(s) get now')
    expect(said.filter((line) => line.includes('stays (')).join('\n')).toMatch(
      /The time that was restored for stays stays \(/,
    )
    expect(said.join('\n')).not.toContain('gone')
  },
)

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { readBuildRecord } from '../../src/host/lease-companions.ts'
import { writeLease } from '../../src/host/leases.ts'
import { recordBuild } from '../../src/steps/record-build.ts'
import type { Runtime } from '../../src/steps/runtime.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLease } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

const SILENT = { info: () => {}, notice: () => {}, warning: () => {}, error: () => {} }
const RUNTIME: Runtime = { environment: {}, script: '', voice: SILENT }

const told = (stdout: string): string =>
  JSON.stringify({ outputs: { 1: { success: true, stdout: `${stdout}\nhost: here\n` } } })

test.each<[string, Record<string, string>, string | null]>([
  ['nobody', { 'CACHEDIR.TAG': '', 'debug/program': '' }, null],
  ['Cargo', { '.rustc_info.json': told('rustc 1') }, 'rustc 1\nhost: here'],
  [
    'a tool with a target directory of its own in it',
    { 'coverage/report': '', 'llvm-cov-target/.rustc_info.json': told('rustc 2') },
    'rustc 2\nhost: here',
  ],
  [
    'both',
    { '.rustc_info.json': told('rustc 1'), 'llvm-cov-target/.rustc_info.json': told('rustc 2') },
    'rustc 1\nhost: here',
  ],
])('the toolchain of what %s has built is noted', async (_, files, toolchain) => {
  const root = aRoot(scene())
  const lease = aLease()
  writeLease(root, lease)
  for (const [name, text] of Object.entries(files)) {
    const file = `${root.path}/${lease.slot}/${name}`
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  await recordBuild(root, lease.id, null, RUNTIME)
  expect(readBuildRecord(root, lease.id)?.toolchain).toBe(toolchain)
})

test('where a workspace lies that is reached by a link is noted, and only there', async () => {
  const root = aRoot(scene())
  const lease = aLease()
  writeLease(root, lease)
  mkdirSync(`${root.path}/${lease.slot}`, { recursive: true })
  writeFileSync(`${root.path}/${lease.slot}/.rustc_info.json`, told('rustc 1'))
  const disk = scene().directory('disk')
  const link = path.join(scene().directory('runner'), '_work')
  symlinkSync(disk, link)
  for (const [workspace, realWorkspace] of [[link, disk] as const, [disk, undefined] as const]) {
    const environment = { GITHUB_WORKSPACE: workspace }
    await recordBuild(root, lease.id, null, { ...RUNTIME, environment })
    expect(readBuildRecord(root, lease.id)).toMatchObject({ workspace })
    expect(readBuildRecord(root, lease.id)?.realWorkspace).toBe(realWorkspace)
  }
})

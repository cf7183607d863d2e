import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import type { Origin } from '../../src/plan/seed.ts'
import { readCheckout } from '../../src/host/checkout.ts'
import { whileCheckoutIsRead } from '../../src/steps/offer.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()
const ORIGIN: Origin = {
  workspace: '/work',
  runnerKey: '',
  toolchain: 'rustc',
  inputs: true,
  times: '',
  generation: 0,
  unused: {},
}

test.each<[string, string, string[]]>([
  ['ahead where the root lies beside it', '-targets', []],
  ['when it is asked for where the root lies in it', '/targets', ['meanwhile']],
  ['when it is asked for where it is the root', '', ['meanwhile']],
])('a checkout is read %s', async (_, root, expected) => {
  const workspace = `${scene().directory('workspace')}/checkout`
  mkdirSync(workspace)
  const place = { realPath: `${workspace}${root}` }
  const wish = { workspace, restoresMtimes: true }
  const found = await whileCheckoutIsRead(place, { fit: [ORIGIN] }, wish, async () => {
    writeFileSync(`${workspace}/meanwhile`, '')
    return readCheckout(workspace, [])
  })
  expect([...found.sources.keys()]).toEqual(expected)
})

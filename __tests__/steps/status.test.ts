import { mkdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readMoment } from '../../src/host/boot.ts'
import { addLine } from '../../src/host/history.ts'
import { writeLease } from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import { writeSizeSample } from '../../src/host/size-samples.ts'
import { makeSlot } from '../../src/host/slots.ts'
import { takeTicket } from '../../src/host/waiting.ts'
import { nextSample } from '../../src/plan/size-sample.ts'
import { settingsOf } from '../../src/steps/settings-of.ts'
import { status } from '../../src/steps/status.ts'
import { useScene } from '../e2e/use-scene.ts'
import { aLine } from '../helpers/history.ts'
import { aLease, anId } from '../helpers/lease.ts'
import { listing } from '../helpers/listing.ts'
import { aRoot } from '../helpers/root.ts'
import { speech } from '../helpers/speech.ts'

const scene = useScene()

test('tells sizes, ages, totals, and who waits; touches nothing', async () => {
  const root = aRoot(scene())
  const { bootId, uptimeS } = readMoment()
  const leases = [1, 2].map((n) =>
    aLease({ id: anId(n), owner: { bootId }, uptimeS: uptimeS - 3600 }),
  )
  for (const lease of leases) {
    writeLease(root, lease)
    makeSlot(root, lease.slot, () => {})
  }
  const uptimeMs = (uptimeS - 360) * 1000
  writeSizeSample(root, anId(1), nextSample(null, { bytes: 5e9, files: 9, uptimeMs }))
  for (const n of [3, 4]) mkdirSync(controlName(root, 'trash', anId(n)))
  addLine(root, aLine({ id: anId(3), bytes: 4e9 }))
  const ticket = takeTicket(root, 7e9)
  takeTicket(root, 8e9).release()
  const before = listing(controlName(root))

  const environment = { HOME: '/root', DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  const settings = settingsOf(environment, new Map([['root', root.path]]))
  const found = await status(settings, { environment, script: '', voice: speech().voice })
  expect(found.leases).toEqual([
    expect.objectContaining({ bytes: 5e9, measuredHoursAgo: 0.1, madeHoursAgo: 1 }),
    expect.objectContaining({ bytes: null, measuredHoursAgo: null, madeHoursAgo: 1 }),
  ])
  expect(found.totals.slots).toEqual({ count: 2, bytes: 5e9, unmeasured: 1 })
  expect(found.totals.trash).toEqual({ count: 2, bytes: 4e9, unmeasured: 1 })
  expect(found.waiting).toEqual([{ forecastBytes: 7e9, waitsMinutes: 0, passed: 0 }])
  expect(listing(controlName(root))).toEqual(before)
  ticket.release()
})

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { encodeEnd, encodeLease, parseEnd, parseLease, resultOf } from '../../src/plan/lease.ts'
import { aJob, aLease, anEnd, anId, anOwner } from '../helpers/lease.ts'

/** A good lease whose fields are replaced, as the file would hold it. */
function written(overrides: Record<string, unknown>): string {
  return JSON.stringify({ ...aLease(), ...overrides })
}

const anySlot = aLease().slot

describe('a lease', () => {
  test('is read back as it was written', () => {
    const lease = aLease({ job: { leg: '0123456789ab', trusted: true }, madeBy: 'hook' })
    expect(parseLease(encodeLease(lease), lease.id)).toEqual(lease)
  })

  test('is read back whatever the job is called, with or without Worker and container', () => {
    const worker = fc.option(
      fc.record({ pid: fc.integer({ min: 1 }), start: fc.integer({ min: 0 }) }),
    )
    const container = fc.option(fc.string())
    fc.assert(
      fc.property(fc.string(), worker, container, fc.boolean(), (job, pid, id, singleJob) => {
        const lease = aLease({ job: { job }, owner: { worker: pid, container: id, singleJob } })
        expect(parseLease(encodeLease(lease), lease.id)).toEqual(lease)
      }),
    )
  })

  test('of an earlier version, or of no words, is of a workflow that is not known', () => {
    for (const workflow of [undefined, 7, null, ['ci.yml']]) {
      expect(parseLease(written({ workflow }), anId())).toEqual({ ...aLease(), workflow: '' })
    }
  })

  test('cut off at any byte is damaged, never another lease', () => {
    const whole = encodeLease(aLease())
    for (let length = 0; length < whole.length - 1; length += 1) {
      expect(typeof parseLease(whole.slice(0, length), anId())).toBe('string')
    }
  })

  test.each([
    ['', 'the file is empty'],
    ['  \n', 'the file is empty'],
    ['\0\0\0\0', 'the file is not a JSON object'],
    ['null', 'the file is not a JSON object'],
    ['[]', 'the file is not a JSON object'],
    ['"text"', 'the file is not a JSON object'],
    ['{', 'the file is not a JSON object'],
    [written({ version: 2 }), 'its format version is 2'],
    [written({ version: undefined }), 'its format version is undefined'],
    [written({ id: anId(2) }), 'its id is not the one in its file name'],
    [written({ slot: 7 }), 'its slot is not a slot path'],
    [written({ slot: '../../../../etc' }), 'its slot is not a slot path'],
    [written({ slot: `/${anySlot}` }), 'its slot is not a slot path'],
    [written({ slot: `${anySlot}/..` }), 'its slot is not a slot path'],
    [written({ slot: anySlot.replace('octo-org', '..') }), 'its slot is not a slot path'],
    [written({ slot: '.target-guard/leases' }), 'its slot is not a slot path'],
    [written({ slot: aLease({ id: anId(2) }).slot }), 'its slot has another id'],
    [written({ repository: null }), 'it names no repository'],
    [written({ repository: 'octo-org/other' }), 'its slot is another repository’s'],
    [written({ prKey: '8' }), 'its slot is another repository’s'],
    [written({ runId: '-1' }), 'its run id is not a number'],
    [written({ runId: 1001 }), 'its run id is not a number'],
    [written({ attempt: 0 }), 'its attempt is no number'],
    [written({ attempt: '1' }), 'its attempt is no number'],
    [written({ job: 7 }), 'it names no job'],
    [written({ leg: null }), 'it names no job'],
    [written({ owner: null }), 'its owner is incomplete'],
    [written({ owner: { ...anOwner(), runner: 'x' } }), 'its owner is incomplete'],
    [
      written({ owner: { ...anOwner(), runner: { name: 'x', key: '' } } }),
      'its owner is incomplete',
    ],
    [written({ owner: { ...anOwner(), bootId: '' } }), 'its owner is incomplete'],
    [written({ owner: { ...anOwner(), pidNamespace: '' } }), 'its owner is incomplete'],
  ])('%j is damaged: %s', (text, problem) => {
    expect(parseLease(text, anId())).toBe(problem)
  })

  test('under a name that is no lease id is damaged', () => {
    const text = written({ id: '../x' })
    expect(parseLease(text, '../x')).toBe('its id is not the one in its file name')
  })

  test.each([
    [{ pid: 0, start: 1 }],
    [{ pid: -1, start: 1 }],
    [{ pid: 1.5, start: 1 }],
    [{ pid: '4711', start: 1 }],
    [{ pid: 4711 }],
    ['4711'],
  ])('records no Worker where it has %j', (worker) => {
    const found = parseLease(written({ owner: { ...anOwner(), worker } }), anId())
    expect(found).toMatchObject({ owner: { worker: null } })
  })

  test('is trusted, and of a runner with one job, only where it says true', () => {
    const text = written({ trusted: 'true', owner: { ...anOwner(), singleJob: 1 } })
    const found = parseLease(text, anId())
    expect(found).toMatchObject({ trusted: false, owner: { singleJob: false } })
  })

  test('never throws, whatever bytes the file holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const text = Buffer.from(bytes).toString('utf8')
        expect(typeof parseLease(text, anId())).toBe('string')
        expect(parseEnd(text)).toBeNull()
      }),
    )
  })

  test('never throws for any JSON, nor for a good one with any value in it', () => {
    const field = fc.constantFrom(...Object.keys(aLease()))
    fc.assert(
      fc.property(fc.jsonValue(), field, (value, name) => {
        parseLease(JSON.stringify(value), anId())
        const found = parseLease(written({ [name]: value }), anId())
        if (typeof found === 'string') return
        expect(found.slot).toBe(anySlot)
      }),
    )
  })

  test('lies where its job says', () => {
    const { slot } = aLease({ job: aJob({ prKey: 'main', runId: '9', attempt: 3 }) })
    expect(slot).toBe(`octo-org/demo/main/run-9/build-3-${anId()}`)
  })
})

describe('an end record', () => {
  test('is read back as it was written', () => {
    const end = anEnd({ result: 'cancelled' })
    expect(parseEnd(encodeEnd(end))).toEqual(end)
  })

  test.each([
    '',
    '{}',
    '[]',
    JSON.stringify({ ...anEnd(), bootId: 7 }),
    JSON.stringify({ ...anEnd(), uptimeS: '1' }),
    JSON.stringify({ ...anEnd(), wallMs: null }),
  ])('%j is none', (text) => {
    expect(parseEnd(text)).toBeNull()
  })

  test.each([
    ['success', 'success'],
    ['failure', 'failure'],
    ['cancelled', 'cancelled'],
    ['skipped', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('has for the status %p the result %s', (status, result) => {
    expect(resultOf(status)).toBe(result)
  })
})

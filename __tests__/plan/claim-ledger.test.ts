import { expect, test } from '@jest/globals'
import { encodeClaimLedger, parseClaimLedger } from '../../src/plan/claim-ledger.ts'
import { anId } from '../helpers/lease.ts'

const ledger = new Map([
  [anId(1), 7],
  [anId(2), null],
  [anId(3), 0],
])

test('what is written is what is read', () => {
  expect(parseClaimLedger(encodeClaimLedger(ledger))).toEqual(ledger)
  expect(parseClaimLedger(encodeClaimLedger(new Map()))).toEqual(new Map())
})

test.each([
  ['an id that is none', `{"../7":7,"${anId(1)}":7}`],
  ['a name of every object', `{"__proto__":7,"constructor":7,"${anId(1)}":7}`],
  ['an amount below 0', `{"${anId(2)}":-1,"${anId(1)}":7}`],
  ['an amount that is none', `{"${anId(2)}":"7","${anId(3)}":{},"${anId(1)}":7}`],
  ['an amount beyond all', `{"${anId(2)}":1e300,"${anId(1)}":7}`],
])('%s is passed over', (_, claims) => {
  expect(parseClaimLedger(`{"version":1,"claims":${claims}}`)).toEqual(new Map([[anId(1), 7]]))
})

test.each([
  '',
  '7',
  '[]',
  '{}',
  '{"version":1,"claims":[7]}',
  `{"version":2,"claims":{}}`,
  '{"ver',
])('no ledger is an empty one: %s', (text) => {
  expect(parseClaimLedger(text)).toEqual(new Map())
})

test('another version is nothing that is understood', () => {
  const text = encodeClaimLedger(ledger).replace('"version":1', '"version":2')
  expect(parseClaimLedger(text)).toEqual(new Map())
})

import { describe, expect, it } from '@jest/globals';
import { type ClaimName, claimsClash } from '../../../core/protocol/claim-names';

const database = (name: string): ClaimName => ({ kind: 'database', name });
const table = (name: string): ClaimName => ({ kind: 'table', name });
const prefix = (name: string): ClaimName => ({ kind: 'tables with prefix', name });

describe('claimsClash', () => {
  it.each([
    ['the same database', database('shop/app'), database('shop/app'), true],
    ['another database of the cluster', database('shop/app'), database('shop/app2'), false],
    ['a database whose name begins with another', database('app-1'), database('app-'), false],
    ['the same table', table('orders'), table('orders'), true],
    ['a table whose name begins with another', table('orders'), table('orders-2'), false],
    ['the same prefix', prefix('app-'), prefix('app-'), true],
    ['nested prefixes', prefix('app-'), prefix('app-dev-'), true],
    ['prefixes that only begin alike', prefix('app-dev-'), prefix('app-prod-'), false],
    ['a table that begins with the prefix', prefix('app-'), table('app-orders'), true],
    ['a table named like the prefix', prefix('app-'), table('app-'), true],
    ['a table that does not', prefix('app-'), table('orders'), false],
    ['a database that begins with the prefix', prefix('app-'), database('app-1/app'), false],
    ['a database named like a table', database('app'), table('app'), false],
  ])('judges %s', (_, a, b, expected) => {
    expect([claimsClash(a, b), claimsClash(b, a)]).toEqual([expected, expected]);
  });
});

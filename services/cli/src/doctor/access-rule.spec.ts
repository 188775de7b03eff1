import { accessRulesOf } from './access-rule';

it('puts the codes of the protocol into words', () => {
  expect(
    accessRulesOf([
      {
        resourceType: 5,
        resourceName: 'headwater.',
        resourcePatternType: 4,
        acls: [
          { principal: 'User:enricher', operation: 4, permissionType: 3 },
          { principal: 'User:*', operation: 99, permissionType: 2 },
        ],
      },
    ]),
  ).toEqual([
    {
      principal: 'User:enricher',
      kind: 'transactional-id',
      name: 'headwater.',
      pattern: 'prefixed',
      operation: 'Write',
      allows: true,
    },
    {
      principal: 'User:*',
      kind: 'transactional-id',
      name: 'headwater.',
      pattern: 'prefixed',
      operation: '99',
      allows: false,
    },
  ]);
});

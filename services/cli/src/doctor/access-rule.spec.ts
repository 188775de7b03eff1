import { accessRulesOf } from './access-rule';

it('puts the codes of the protocol into words', () => {
  expect(
    accessRulesOf([
      {
        resourceType: 5,
        resourceName: 'headwater.',
        resourcePatternType: 4,
        acls: [
          { principal: 'User:enricher', host: '*', operation: 4, permissionType: 3 },
          { principal: 'User:*', host: '10.0.0.7', operation: 99, permissionType: 2 },
        ],
      },
    ]),
  ).toEqual([
    {
      principal: 'User:enricher',
      host: '*',
      kind: 'transactional-id',
      name: 'headwater.',
      pattern: 'prefixed',
      operation: 'Write',
      allows: true,
    },
    {
      principal: 'User:*',
      host: '10.0.0.7',
      kind: 'transactional-id',
      name: 'headwater.',
      pattern: 'prefixed',
      operation: '99',
      allows: false,
    },
  ]);
});

import { only, reproducible, sbomProblems, type Sbom } from './sbom';

const part = (name: string): Sbom['components'][number] => ({
  'bom-ref': `${name}@1.0.0`,
  name,
  version: '1.0.0',
  hashes: [{ alg: 'SHA-512', content: 'ab' }],
});
const sbom = (known: Partial<Sbom> = {}): Sbom => ({
  serialNumber: 'urn:uuid:11291cb3-9ef9-43a8-b9a5-6f17f7ca734c',
  metadata: { timestamp: '2026-01-06T10:00:00Z', component: { name: 'headwater' } },
  components: [part('b'), part('a')],
  dependencies: [{ ref: 'b@1.0.0', dependsOn: ['d', 'c'] }, { ref: 'a@1.0.0' }],
  ...known,
});

describe('a list of parts', () => {
  it('is the same for the same parts, whenever and in whatever order it was made', () => {
    const again = sbom({
      serialNumber: 'urn:uuid:00000000-0000-4000-8000-000000000000',
      metadata: { timestamp: '2027-01-01T00:00:00Z', component: { name: 'headwater' } },
      components: [part('a'), part('b')],
      dependencies: [{ ref: 'a@1.0.0' }, { ref: 'b@1.0.0', dependsOn: ['c', 'd'] }],
    });
    expect(JSON.stringify(reproducible(again, null))).toBe(JSON.stringify(reproducible(sbom(), null)));
    expect(reproducible(sbom(), null).metadata).toEqual({ component: { name: 'headwater' } });
  });

  it('is another one for other parts, and says when it was made if that is known', () => {
    const one = reproducible(sbom(), '2026-01-06T00:00:00Z');
    expect(one.metadata.timestamp).toBe('2026-01-06T00:00:00Z');
    expect(one.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(reproducible(sbom({ components: [part('a')] }), null).serialNumber).not.toBe(one.serialNumber);
  });

  it('can be cut to what ships', () => {
    expect(
      only(
        sbom({ dependencies: [{ ref: 'a@1.0.0', dependsOn: ['b@1.0.0'] }, { ref: 'b@1.0.0' }] }),
        new Set(['a@1.0.0']),
      ),
    ).toEqual(sbom({ components: [part('a')], dependencies: [{ ref: 'a@1.0.0', dependsOn: [] }] }));
  });

  it('must hold all that ships, with hashes', () => {
    expect(sbomProblems(sbom(), new Set(['a@1.0.0', 'b@1.0.0']))).toEqual([]);
    expect(sbomProblems(sbom(), new Set(['c@1.0.0', 'a@1.0.0']))).toEqual([
      'The list of parts lacks c@1.0.0.',
      'The list of parts names b@1.0.0, which does not ship.',
    ]);
    expect(sbomProblems(sbom({ components: [{ ...part('a'), hashes: [] }] }), new Set(['a@1.0.0']))).toEqual([
      'The list of parts has no SHA-512 of a@1.0.0.',
    ]);
  });
});

import fc from 'fast-check';
import { LONGEST_OUTLINE, outlineOf } from './outline';

it('keeps the punctuation and the words of the protocol, and nothing else', () => {
  expect(outlineOf('{"schema":"iglu:x/payload_data","data":[{"uid":"alice@example.org","e":"pv",')).toBe(
    '{"schema":"…:…","data":[{"uid":"…","e":"…",',
  );
});

it('is short', () => {
  expect(outlineOf('{'.repeat(5_000))).toHaveLength(LONGEST_OUTLINE);
});

it('shows no word that was sent', () => {
  const word = fc.stringMatching(/^[a-z0-9.@-]{6,20}$/);
  fc.assert(
    fc.property(word, fc.constantFrom('"', ' ', '=', '&', '{'), (sent, around) => {
      expect(outlineOf(`{"data":${around}${sent}${around}`)).not.toContain(sent);
    }),
  );
});

import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { hmacSha256 } from './hmac';

it('gives what Node gives, for any text and key', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 400, maxLength: 1_100 }))),
      (bytes, texts) => {
        const key = Buffer.from(bytes);
        const hmac = hmacSha256(key);
        for (const text of texts)
          expect(hmac(text)).toBe(createHmac('sha256', key).update(text, 'utf8').digest('hex'));
      },
    ),
  );
});

it('refuses a key that would have to be hashed first', () => {
  expect(() => hmacSha256(randomBytes(65))).toThrow('64 bytes');
});

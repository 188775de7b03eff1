import { tableOf, timeText, visible, withShortSchemas } from './table';

it('is as wide as it needs to be', () => {
  const rows = [
    { name: 'a', count: 1 },
    { name: 'longer than allowed', count: 20 },
  ];
  const columns = [
    { title: 'NAME', of: ({ name }: (typeof rows)[number]) => name, longest: 8 },
    { title: 'N', of: ({ count }: (typeof rows)[number]) => String(count), right: true as const },
  ];
  expect(tableOf(columns, rows)).toBe('NAME       N\na          1\nlonger …  20\n');
});

it('lets nothing that was sent steer the terminal', () => {
  expect(visible('a\u001b[31mb\r\n\u202ec\u0007')).toBe('a [31mb   c ');
  expect(visible('Größe 😀')).toBe('Größe 😀');
});

it('writes times in UTC', () => {
  expect([timeText(0), timeText(null)]).toEqual(['1970-01-01 00:00:00.000', '']);
});

it('shortens schemas in a message', () => {
  expect(withShortSchemas('It does not meet iglu:com.acme/cart/jsonschema/1-0-2 at /a.')).toBe(
    'It does not meet cart 1-0-2 at /a.',
  );
});

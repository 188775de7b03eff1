import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

/**
 * X.509 certificates for tests, made in this process and gone with it: no key is ever stored in the repository. ECDSA on
 * P-256 with SHA-256; the encoding is DER (ITU-T X.690), the fields those of RFC 5280 that Java and OpenSSL ask for.
 */
export interface Authority {
  /** PEM; what both sides trust. */
  readonly certificate: string;
  /** @param hosts names and IPv4 addresses that it is good for, in the extension subjectAltName */
  issue(commonName: string, hosts?: readonly string[]): Issued;
}

export interface Issued {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** Makes a certificate authority whose certificates are good from an hour ago for `days`. */
export function createAuthority(commonName: string, days = 2): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const validity = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + days * DAY) };
  const signed = (subject: string, publicKey: KeyObject, extensions: Buffer): string =>
    certificateOf({
      subject,
      issuer: commonName,
      publicKey,
      signer: own.privateKey,
      extensions,
      ...validity,
    });
  return {
    certificate: signed(
      commonName,
      own.publicKey,
      extension(BASIC_CONSTRAINTS, true, sequence(der(0x01, [0xff]))),
    ),
    issue: (subject, hosts = []) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = sequence(...hosts.map(hostName));
      return {
        certificate: signed(
          subject,
          publicKey,
          hosts.length === 0 ? Buffer.alloc(0) : extension(ALT_NAME, false, names),
        ),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface ToSign {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: Buffer;
  readonly from: Date;
  readonly to: Date;
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const ALT_NAME = '2.5.29.17';

function certificateOf({ subject, issuer, publicKey, signer, extensions, from, to }: ToSign): string {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const content = sequence(
    // Version 3.
    der(0xa0, der(0x02, [2])),
    // A positive number.
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    nameOf(issuer),
    sequence(time(from), time(to)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(extensions))]),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', content, signer)]));
  const lines =
    sequence(content, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Tag, length, value. */
function der(tag: number, value: Uint8Array | readonly number[]): Buffer {
  const content = Buffer.from(value);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const short = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | short.length]), short, content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

const time = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`, 'latin1'));

const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from(commonName, 'utf8')))));

const hostName = (host: string): Buffer =>
  isIPv4(host) ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host, 'latin1'));

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [der(0x01, [0xff])] : []), der(0x04, value));

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const base128 = (value: number): number[] =>
    value < 0x80 ? [value] : [...base128(Math.floor(value / 0x80)).map((byte) => byte | 0x80), value % 0x80];
  return der(0x06, [first * 40 + second, ...rest.flatMap(base128)]);
}

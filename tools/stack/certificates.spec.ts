import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { createAuthority } from './certificates';

const authority = createAuthority('tests');

describe('createAuthority', () => {
  it('issues certificates that it has signed, for the hosts it was given', () => {
    const ca = new X509Certificate(authority.certificate);
    const { certificate, key } = authority.issue('broker', [
      '127.0.0.1',
      'localhost',
      `${'a'.repeat(60)}.test`,
    ]);
    const issued = new X509Certificate(certificate);
    expect(ca.ca).toBe(true);
    expect(issued.ca).toBe(false);
    expect(issued.verify(ca.publicKey)).toBe(true);
    expect(issued.checkIssued(ca)).toBe(true);
    expect([issued.subject, issued.issuer]).toEqual(['CN=broker', 'CN=tests']);
    expect([issued.checkIP('127.0.0.1'), issued.checkHost('localhost'), issued.checkHost('other')]).toEqual([
      '127.0.0.1',
      'localhost',
      undefined,
    ]);
    expect(key).toContain('BEGIN PRIVATE KEY');
    expect(Date.parse(issued.validFrom)).toBeLessThan(Date.now());
  });

  it.each([
    ['of the same authority', authority, true],
    ['of another one', createAuthority('strangers'), false],
  ])('makes a client certificate %s be taken or not', async (_case, signer, taken) => {
    const own = authority.issue('server', ['127.0.0.1']);
    const theirs = signer.issue('client');
    const server = createServer(
      {
        cert: own.certificate,
        key: own.key,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket) => {
        socket.end(String(socket.getPeerCertificate().subject.CN));
      },
    );
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      ca: authority.certificate,
      cert: theirs.certificate,
      key: theirs.key,
    });
    const answer = await new Promise<string>((resolve) => {
      let said = '';
      socket.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      socket.on('error', () => {
        resolve('');
      });
      socket.on('close', () => {
        resolve(said);
      });
    });
    socket.destroy();
    server.close();
    expect(answer).toBe(taken ? 'client' : '');
  });
});

/** Rows of the matrix that need another installation than this suite starts, and the test that proves them. */
export const elsewhere: readonly { readonly row: number; readonly title: string; readonly test: string }[] = [
  {
    row: 36,
    title: 'a password (SCRAM) or a certificate is changed while services run',
    test: 'e2e/src/security.e2e.ts',
  },
];
